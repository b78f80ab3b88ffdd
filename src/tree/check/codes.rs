//! Every rule of `check`: its code, what it is called, and why it is one.
//!
//! `check --explain` and `docs/diagnostics.md` are made from this table. A code is never given to
//! another rule, so that a search for it finds what it meant.

use std::fmt::Write;

use crate::ground::diag::{Diagnostic, Place, Severity};

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// `E021` for errors, `W001` for warnings, `G014` for guidance.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line, lower-case.
    pub title: &'static str,
    /// Two to five sentences of markdown.
    pub explanation: &'static str,
    /// What sets it off.
    pub example: &'static str,
}

macro_rules! rules {
    ($($name:ident $code:literal $severity:ident $title:literal $explanation:literal $example:literal)*) => {
        $(
            #[doc = $title]
            pub const $name: Rule = Rule {
                code: $code,
                severity: Severity::$severity,
                title: $title,
                explanation: $explanation,
                example: $example,
            };
        )*

        /// All rules, by code: errors, guidance, warnings.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    UNREADABLE "E001" Error
    "a file cannot be read"
    "The operating system refused to open or read a file that belongs to the tree. What it said stands in the message. \
     Nothing is built without it, because a page would silently lack what the file says; commands exit with 3 then."
    "chmod 000 people/ada/2026-h1/review.md"

    NOT_UTF8 "E002" Error
    "a file is not UTF-8 text"
    "All TOML and markdown is UTF-8. The place is the first byte that is not. Save the file as UTF-8 in your editor; \
     texts from older Windows programs are often Windows-1252."
    "Zo\\xEB (Windows-1252 for \"Zoë\")"

    TOO_LARGE "E003" Error
    "a file is over 1 MiB"
    "No single file may be larger than 1 MiB (1,048,576 bytes), so that one file cannot make every build slow. \
     Scale screenshots down, or link to large attachments instead of adding them."
    "people/ada/2026-h1/files/recording.mp4"

    BAD_LINK "E004" Error
    "a symbolic link leads nowhere, in a circle, to another part of the tree, or out of it"
    "A link may lead within the directory of the same person, within the rubric, within the cycles, or to what lies beside all of \
     them, such as an archive. `files/` itself is no link, and a link in it leads to another file of that very `files/`: both names are \
     one attachment then, for the readers of that file. Where a file lies says who reads it: a link from one person to another, into `management/` or to a \
     hidden file would show it to others. A link that leaves the tree is never read, because a page could then show a file of the \
     machine that builds; point `[sources]` at directories that lie elsewhere on purpose, and allow them with `--outside`."
    "people/ada/2026-h1/review.md -> /etc/passwd"

    NOT_A_FILE "E005" Error
    "something else stands where a file or a directory belongs"
    "A directory, pipe, device or socket has the name of a known file, or a file has the name of a known directory. \
     Special files are never opened."
    "mkdir people/ada/person.toml"

    UNPORTABLE_NAME "E006" Error
    "a file name that some systems cannot hold"
    "Windows reserves names such as `con`, `nul` and `com1` whatever their ending, refuses `< > : \" | ? * \\`, and drops dots and \
     spaces at the end: a colleague could not check the tree out. Control characters, and those that turn the writing direction, \
     show another name than is written. Rename the file."
    "people/con/person.toml"

    CASE_COLLISION "E007" Error
    "two names are the same on some systems"
    "They differ only in case, or in how Unicode writes a letter with a mark. On Windows or macOS both are the same file, and one \
     replaces the other. Give one of them another name."
    "people/ada/ and people/Ada/"

    UNOPENED "E008" Error
    "a sealed file that does not open"
    "The file ends in `.age`, and what lies there is no age file, is damaged, or is sealed to other keys than the identity that was \
     given. Nothing is built without it, because a page would silently lack what the file says."
    "people/ada/2026-h1/peer-linus.md.age, cut short"

    NO_DIRECTORY "E009" Error
    "`[sources]` names a directory that is not there"
    "`people` and `management` in `[sources]` are directories, relative to the one that holds `gradus.toml`. \
     Check out the repository that holds them, or correct the path. Outside of the tree they are read only with `--outside`."
    "[sources]\npeople = \"../people-repo\""

    TOML_SYNTAX "E010" Error
    "this is not TOML"
    "The text breaks the rules of TOML; the parser's words stand in the message. Common reasons: a text without quotes, a quote or bracket \
     that is never closed, the same key twice. Nesting deeper than 80 is refused too."
    "title = Senior engineer"

    UNKNOWN_KEY "E011" Error
    "a key that is not known here"
    "Each kind of file has its keys, and a misspelt one would silently do nothing. Keys of the whole file stand above the first \
     `[table]`: below one, they belong to it."
    "agred = 2026-01-15"

    WRONG_TYPE "E012" Error
    "a value of the wrong type"
    "Dates are written without quotes and without a time, as `2026-01-15`; texts in quotes; lists in brackets. \
     The message says what the key takes."
    "start = \"2026-01-15\""

    MISSING_KEY "E013" Error
    "a required key is missing"
    "Without this key the file says too little to be shown. The place is the beginning of the file, or the header of the table that lacks it."
    "[[expectation]]\ntext = \"An expectation without an id\""

    UNKNOWN_WORD "E014" Error
    "a word that is not one of the choices"
    "Some keys take one word of a short list, which the message names."
    "kind = \"stretch\""

    OUT_OF_BOUNDS "E015" Error
    "a value that cannot be"
    "The type is right, but the value is not: an empty title, a number out of its bounds, a day that no calendar has, a malformed address or key."
    "start = 2026-02-30"

    FRONT_MATTER "E016" Error
    "front matter is missing or not closed"
    "Feedback begins with TOML between two lines of `+++`, which says at least who wrote it. The first `+++` is the very first line, \
     no blank line follows it, and another `+++` line ends it. Below that, a line of `+++` or `readers = …` would keep nothing from anybody, so it is an error there."
    "by = \"ada\"\n+++"

    TOO_DEEP "E017" Error
    "markdown nested too deep"
    "Quotes, lists and emphasis may stand inside one another up to a bound that no honest text reaches. \
     Deeper nesting serves only to stall programs that read it."
    ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> quoted forty times"

    TOO_MANY "E018" Error
    "more than can be listed"
    "A file with over 500 complaints shows the first 500, and a tree is walked up to 1,000,000 entries a directory. \
     One file holds at most 1,000 tables of a kind (`[[competency]]`, `[[question]]`, `allow`), 5,000 entries of a log, check-ins or notes, \
     and one `files/` directory 10,000 files: far more than anybody reads, and few enough to be checked and drawn at once. \
     Mend what is shown and check again."
    "a binary file named person.toml"

    BAD_ID "E019" Error
    "this is not an id"
    "Ids are lower-case ASCII letters, digits and `-`, begin with a letter or digit, and have at most 64 characters: `[a-z0-9][a-z0-9-]*`. \
     That holds for the names of people's directories, cycles, tracks and levels too. Words with a meaning of their own cannot be ids: \
     a person cannot be called `hr` or `chain`, nor a cycle `notes`, `next` or `packet`."
    "id = \"Auth Migration\""

    NO_CYCLE "E020" Error
    "no such cycle"
    "A directory or reference names a cycle for which there is no `cycles/<id>.toml`."
    "people/ada/2026-h3/self.md"

    NOBODY "E021" Error
    "no such person"
    "Wherever a person is named, it is by the name of their directory under `people/`. People outside the organisation get one too, \
     with `external = true`."
    "by = \"dana-k\""

    NO_LEVEL "E022" Error
    "no such level"
    "Levels are written `<track>/<level>`, as in `ic/l4`, and there must be a `rubrics/ic/l4.toml`. In a cycle that pins a rubric, \
     the pinned one counts."
    "level = \"ic/l9\""

    NO_COMPETENCY "E023" Error
    "no such competency"
    "Competencies are named by the `id` of a `[[competency]]` in a `track.toml`. A renamed one keeps its history with `was = [\"old-id\"]`."
    "competencies = [\"tecnical\"]"

    NO_EXPECTATION "E024" Error
    "no such expectation"
    "Outcomes, notes and log entries name expectations by the `id` in the `expectations.toml` of the same person and cycle."
    "[outcome]\nauht = \"met\""

    NO_RATING "E025" Error
    "no such rating"
    "Ratings are those of `[[rating]]` in `gradus.toml`, worst first; without any, the scale is `misses`, `meets`, `exceeds`."
    "technical = \"great\""

    NO_QUESTION "E026" Error
    "a heading that answers nothing"
    "Each `##` heading of feedback is the id or title of a question that this kind of file is asked in this cycle, or the id of an expectation. \
     Use `###` for headings of your own."
    "## Strenghts"

    NO_STAGE "E027" Error
    "no such stage"
    "A cell's `stage` is the `id` of a `[[competency.stage]]` of that competency."
    "[cell.technical]\nstage = \"dreams\""

    NO_FOLLOWED "E028" Error
    "`follows` leads nowhere"
    "`follows` is written `<cycle>/<expectation>`, or `<cycle>/plan/<goal>`, and names something of the same person. \
     It cannot lead to the cycle it stands in."
    "follows = \"2025-h2/on-cal\""

    NO_OBJECTIVE "E029" Error
    "no such objective"
    "The `values` of an improvement plan's check-in are keyed by the ids of its `[[objective]]`s."
    "values = { bugz = \"3\" }"

    NO_TRACK "E030" Error
    "no such track"
    "`extends` names a directory of the same rubric that holds a `track.toml`."
    "extends = \"genric\""

    NO_PIN "E031" Error
    "a pinned rubric that cannot be read"
    "A cycle's `rubric` names a directory of the tree that holds tracks, such as `rubrics-2025`, or a git revision: a tag, a branch or a hash, \
     of the repository that the tree lies in. A directory of that name comes first. Of a revision its `rubrics/` is read, wherever the tree lay then; \
     a shallow clone may lack it."
    "rubric = \"v2026.1\""

    NO_FILE "E032" Error
    "a required file is missing"
    "Each directory under `people/` holds a `person.toml`, and each track a `track.toml`."
    "people/ada/ without person.toml"

    AMBIGUOUS_HEADING "E033" Error
    "a heading that may answer several things"
    "A heading answers the question or expectation whose id it is, or the question whose title it is. Where it is one thing's id and another's \
     title, or the title of two, a later change of either could hand the answer to other readers. Give one of them another id or title, and name what is meant."
    "## Concerns"

    MERGE_MARKS "E034" Error
    "a merge left its marks in a text"
    "git marks what two branches changed with lines that begin with seven `<`, `=` or `>`, and leaves the choice to you. With the marks, both sides \
     would be published. Keep what is meant and delete the lines. Within code they may stand: indent them by four spaces, or put a fence around them. \
     Seven `=` below a paragraph of one line are its underline, unless the text has one of the other marks."
    "<<<<<<< HEAD"

    MEANT_HEADING "E035" Error
    "a heading that was meant and is none, between answers with different readers"
    "Only a line of `## ` and a question's or expectation's id or title begins an answer, and dated entries begin with `## YYYY-MM-DD`. Written in another way (`##title`, bold, \
     underlined, in a quote or list, in a fence that nothing closed, with a no-break space), it is part of the answer before, and is shown to that answer's \
     readers with everything that follows. Where the readers are the same, W040 says so. Write the heading on a line of its own, or word the line differently."
    "##more-less"

    LEFT_OPEN "E036" Error
    "a comment that nothing closes, or a fence or block of HTML that is open at the end of the file"
    "A comment without `-->` in the same block is no comment, and its words would be shown. A fence or block of HTML that nothing closes takes in every heading after it, \
     so what was written for other readers is part of the same answer. Close a fence with a line of its marks and nothing else, a comment with `-->` before the next blank line. \
     Of a fence in a file whose answers all have the same readers, W041 says so."
    "<!-- later: check the date"

    DEFINED_TWICE "E037" Error
    "a footnote or link label that is defined twice"
    "Footnotes and link definitions belong to the whole file: one label means one thing in it. Of two definitions, the first would be shown under both answers. \
     Give one of them another label."
    "[^1]: in two answers of one file"

    TANGLED "E038" Error
    "a definition that cannot be set apart"
    "Each answer is shown with the footnotes and links that it uses and with no others, so a definition is set apart from the text around it. That cannot be done here: \
     the definition or the text would say something else alone. Put the definition at the end of the file, with a blank line before it. Begin it with `[^1]:`, and indent what goes on in it by four spaces."
    "> [^1]: in a quote\n> that goes on"

    DUPLICATE "E040" Error
    "the same twice"
    "Ids are unique among their kind without regard to case, and one thing is said once: one answer a question, one cell a competency, one key a person."
    "two [[expectation]] with id = \"auth\""

    AMBIGUOUS "E041" Error
    "a question and an expectation share an id"
    "A heading could mean either. Rename the expectation, or the question from the next cycle on."
    "id = \"strengths\" in expectations.toml"

    RATING_IS_CELL_KEY "E042" Error
    "a rating has the name of a cell key"
    "A rubric's cell has one key a rating beside `text`, `signals`, `stage`, `proficiency`, `examples` and `links`, so no rating can have one of these ids."
    "[[rating]]\nid = \"text\""

    EXTENDS_CIRCLE "E043" Error
    "tracks extend one another in a circle"
    "A track inherits from the one it extends, and so on; in a circle nobody begins."
    "rubrics/a extends b, rubrics/b extends a"

    MANAGEMENT_CIRCLE "E044" Error
    "people manage one another in a circle"
    "On some day, going from manager to manager leads back. Nobody's chain would have an end. Every date on which a role begins is looked at."
    "ada's manager is grace, grace's manager is ada"

    DATES "E045" Error
    "dates out of order"
    "Something ends before it begins, or a review is shared before it was written. The message names the two dates."
    "start = 2026-06-30\nend = 2026-01-01"

    OVERLAP "E046" Error
    "one person has files in two cycles that overlap"
    "Cycles may overlap, a quarter and a half-year for instance, but each person takes part in one of them at a time; otherwise \
     it is open which one a day belongs to."
    "people/ada/2026-h1/ and people/ada/2026-q2/"

    ABOUT_ONESELF "E047" Error
    "people cannot give peer feedback, a review or an assessment about themselves"
    "What people say about themselves stands in `self.md` and `response.md`. Talent mapping and its thought partner are others too."
    "people/ada/2026-h1/peer-ada.md"

    WRONG_AUTHOR "E048" Error
    "`by` is not who the file is from"
    "`self.md` and `response.md` are by the person whose directory they lie in, and `peer-<who>.md` is by `<who>`. Who may read a file depends on its author."
    "by = \"grace\" in peer-linus.md"

    EXTERNAL "E049" Error
    "an external person takes part in a cycle"
    "People with `external = true` give feedback but have no expectations, reviews or talent mapping of their own."
    "external = true, and a directory people/customer/2026-h1/"

    BAD_RECIPIENT "E050" Error
    "this is not an age recipient"
    "Keys are recipients of age in lower case: `age1` and 58 characters, or post-quantum ones of `age1pq1` and 1952, with a checksum that catches typing errors. Secret keys \
     (`AGE-SECRET-KEY-1…`) never belong into the tree, and SSH and plugin keys are not taken."
    "keys = [\"age1qqq\"]"

    SHARED_RECIPIENT "E051" Error
    "two people have the same key"
    "Whoever holds the key would open what both may read. Each person has keys of their own."
    "the same age1… in two person.toml"

    CONTRADICTION "E052" Error
    "two fields exclude one another"
    "A step is done or dropped, not both; a plan has a result once it is closed; a draft cannot be shared. The message says which two fields."
    "{ text = \"…\", done = 2026-02-03, dropped = 2026-05-11 }"

    NO_DATE_HEADING "E053" Error
    "an entry's heading does not begin with a date"
    "Check-ins and private notes have one `## YYYY-MM-DD title` heading an entry: who reads an entry depends on its date. Use `###` for headings within one."
    "## last Tuesday"

    BAD_URL "E054" Error
    "a link with an address that is not allowed"
    "Links begin with `https:`, `http:` or `mailto:`. Others could run code or read the reader's disk. Evidence is a web address."
    "evidence = [\"javascript:alert(1)\"]"

    DEAD_LINK "E055" Error
    "a relative link that no reader can follow"
    "The site is sealed and has no directories: what lies in the tree beside the text is not beside the page. Attachments lie in `files/` of the \
     same cycle and are linked as `files/<name>`; anything else needs a full address."
    "[last time](../2025-h2/review.md)"

    NO_ATTACHMENT "E056" Error
    "a linked attachment is not there"
    "`files/<name>` is a file in `files/` beside the text, in the same person's cycle. Upper and lower case count."
    "![graph](files/grpah.png)"

    PUBLIC_READERS "E057" Error
    "an audience that is not possible here"
    "Only a track's rubric can be public, and `managers` is an audience of the rubric alone. Everything else is for `org`, `person`, `chain`, `pair`, `hr` or people by id."
    "readers = \"public\" in a peer file"

    SHARED_ATTACHMENT "E058" Error
    "two texts with different readers link to the same attachment"
    "An attachment is sealed with the text that shows it. If a peer's text or a review shows a file, and a text of somebody else links to \
     it too, then whoever reads the second would get what belongs to the first. Give each text a copy of its own."
    "![](files/graph.png) in peer-linus.md and in self.md"

    CHAIN_TOO_LONG "E059" Error
    "a management chain that is too long"
    "More than 64 people stand above one another. No organisation is that deep; most often a list of managers was generated wrongly."
    "person-1 ← person-2 ← … ← person-200"

    DECEPTIVE_NAME "E060" Error
    "a name that shows as another"
    "Some characters are not seen and turn the writing direction of those around them: with one of them in it, a name or a title reorders the \
     words that stand beside it on a page. Control characters do as much to a terminal. Leave them out; texts in scripts that run from right to \
     left need none of them. In prose they are allowed, and shown spelt out."
    "name = \"Ada \\u202ErofakO\""

    BAD_FIGURES "E061" Error
    "figures that do not add up, or tell of too few people"
    "`gradus close` writes the figures of a cycle, and everyone with a key reads them. Parts add up to their whole, teams to everyone, and each number is about five      people or more. Of texts that people may not know about themselves, no number says all or none. Remove the file and run `gradus close` if an edit broke it."
    "[everyone.review]\nof = 12\non-time-or-late = 11\nopen = 1"

    ACTIVE_SVG "E065" Error
    "a picture that is more than a picture"
    "A browser that opens an SVG file on its own runs what is in it and loads what it names. So an attached one holds shapes, texts and \
     gradients alone: no script, no handler such as `onload`, no style, no link, no `foreignObject`, nothing from elsewhere, no document \
     type and no processing instruction. Export it as PNG, or as plain SVG without styles."
    "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"

    LEADS_OUT "E066" Error
    "a setting that leads out of the tree"
    "`[sources]` and `[seal] key_file` may lead to another folder, and then only to one that whoever runs gradus gives: with `--outside DIR`, which \
     may be repeated, or in `GRADUS_OUTSIDE`, with `:` between folders. Symbolic links are judged by where they lead. Otherwise a change of the tree \
     could make gradus read, and quote, any file of the machine that checks it. Nothing of the folder was read."
    "[sources]\npeople = \"../people-repo\", without `--outside ../people-repo`"

    NOT_STATIC "E067" Error
    "a file in `static/` that no site publishes"
    "Files in `static/` are published as they are, so that anyone may fetch them. A browser must neither run one nor show it as a document, no host may \
     be configured by one, and none may take a name that gradus writes itself: otherwise a change of the tree could put another page in the place of \
     the lock page. Symbolic links are not followed. A file that holds a secret key is never published."
    "static/about.html"

    LFS_POINTER "E069" Error
    "a Git LFS pointer in the place of a file"
    "The repository keeps this file in Git LFS, and this copy has only the few lines that point to it. Publishing them would \
     show a broken picture. `git lfs pull` fetches the files; the pipelines of `gradus init --ci` do so."
    "version https://git-lfs.github.com/spec/v1"

    REVOKED_KEY "E070" Error
    "a revoked key is back"
    "Somebody else may hold a key that was revoked, so nothing may be sealed to it again. It stays in `keys` with its `revoked` day so that this can be told; \
     take the other line out, and make a new key with `gradus keys new <id>`."
    "keys = [\"age1…\", { key = \"age1…\", revoked = 2026-09-30 }], both the same"

    OTHER_KIND "E071" Error
    "a key of another kind than the site is sealed to"
    "A site is sealed to `age1…` keys throughout, or with `[seal] post_quantum = true` to `age1pq1…` keys throughout, since the weaker kind would decide for all. \
     A person may have keys of both kinds, of which those of the site's kind count; whoever has only others could open nothing. \
     The builder's keys in `[sources] recipients` are of the site's kind too."
    "keys = [\"age1…\"] with post_quantum = true"

    BAD_LOCK "E080" Error
    "`access.lock` cannot be read"
    "The lock is written by `gradus access --accept` and read to the last word: what is not understood could be something that nobody \
     accepted. A merge may have left its marks in it, somebody may have edited it, or another version of gradus wrote it. Keep what \
     is meant of both sides of a merge, or take the lock back from git: `gradus access --accept` refuses until then. \
     `gradus access --accept --new` accepts the whole organisation instead."
    "<<<<<<< HEAD"

    NEEDLESS_ALLOWANCE "G001" Advice
    "an allowance that excuses nothing"
    "Guidance begins here: codes with `G` never stop a build. They tell where a tree departs from the practice that it serves, and an organisation \
     may have its reasons: `allow` in `[policy]` excuses one code for a file or everything in a directory, and says why. Advice about a cycle stops by itself \
     when the time to close it is over: `close_within_days` after its end. What still waits for somebody (G017, G060, G061, G062) is advised \
     until `gradus close` has counted the cycle's figures, or the next cycle is closed too. This allowance matches \
     nothing; it would only hide the next case."
    "allow = [{ code = \"G014\", path = \"people/ada/2026-h1\", why = \"back from leave\" }]"

    EXPECTATION_COUNT "G010" Advice
    "too few or too many expectations"
    "Three to five expectations a period can be kept in mind; what is more fine-grained is a key step of one of them. Whoever was there for less \
     than half of the cycle, or is being onboarded, may have fewer. The limits are `expectations` in `[policy]`."
    "nine [[expectation]] in one expectations.toml"

    NO_STEPS "G011" Advice
    "an expectation without key steps"
    "Key steps are the tactical checklist that shows early whether something moves, and they may be added and ticked at any time. Expectations of kind \
     `stable` need none: to go on as before takes no plan."
    "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\""

    NO_KIND "G012" Advice
    "an expectation without a kind"
    "`kind` says why this was chosen: to `remedy` a gap, to show evidence of the `next-level`, to serve an `objective` of the team, out of personal `interest`, \
     to keep things `stable`, or for `onboarding`. Nobody has to strive all the time, but both sides should mean the same."
    "[[expectation]] without kind"

    NO_MEASURE "G013" Advice
    "an expectation without a measure"
    "`measure` is what both would recognise at the end. It need not be a number, but somebody else has to be able to observe it; without one, the review becomes \
     an argument about what was meant."
    "[[expectation]] without measure"

    AGREED_LATE "G014" Advice
    "agreed too late"
    "Expectations are set at the start of a period, or of somebody's time in it, so that nobody is judged by what they could not know. Days of leave are not counted. \
     The limit is `agree_within_days` in `[policy]`."
    "agreed = 2026-03-02 in a cycle that began on 2026-01-01"

    LONG_ONBOARDING "G015" Advice
    "an onboarding that takes too long"
    "Expectations for onboarding hold for a first stretch only and end with `until`; then a person is judged like their colleagues. Days of leave are not counted. \
     The limit is `onboarding_days_max` in `[policy]`, in days from `agreed` to `until`."
    "kind = \"onboarding\", agreed = 2026-01-15 and until = 2026-06-30"

    SHALLOW_MEASURE "G016" Advice
    "a measure that counts lines, commits or tickets"
    "Such numbers rise when they are watched, and nothing else does. Measure what the work changed: a key service more reliable, a feature adopted, \
     incidents that stay away, reviews that others learn from. A measure that wants fewer of them (\"fewer tickets about fees\") is an effect, and fine."
    "measure = \"200 commits\""

    UNFOLLOWED_GOAL "G017" Advice
    "a goal of the last plan that nobody follows"
    "A development plan is a promise of both sides. Once the next cycle's expectations are agreed, each goal is carried on by one of them with `follows`, \
     or by one that follows an expectation of the plan's cycle and works on the same competency; \
     or it was let go on purpose, which an `allow` can say. A goal without `id` cannot be followed."
    "[[goal]] id = \"two-teams\", and no follows = \"2026-h1/plan/two-teams\""

    PEER_COUNT "G020" Advice
    "too few or too many peers"
    "Three to five peers give a picture that is neither one person's mood nor a survey. Too few is said once the day for peer feedback is over, too many as soon as they are \
     asked. The limits are `peers` in `[policy]`."
    "one peer-<who>.md"

    NONE_CROSS_FUNCTIONAL "G021" Advice
    "no peer from another team"
    "Those next door see the result, those in other teams what it is like to depend on it. A peer counts as from another team by the teams of `person.toml` on the cycle's last day, \
     by `relationship = \"cross-functional\"`, or as `external`. Said once the day for peer feedback is over, where at least two wrote."
    "three peers, all of team ledger"

    NONE_OF_ANOTHER_LEVEL "G022" Advice
    "no peer of another level"
    "Somebody more senior sees the next step, somebody more junior what it is like to learn from a person. Said once the day for peer feedback is over, where at least two wrote \
     and all of them hold the level of whom they wrote about."
    "three peers, all at ic/l3"

    QUESTIONS_CHANGED "G030" Advice
    "questions that changed since the last cycle"
    "The same questions every cycle let progress be compared. A question that means something else takes a new `id`; one that is dropped is missed by those who look back. \
     `gradus new cycle` copies the questions in force."
    "prompt = \"…\" with other words than in the cycle before"

    QUESTION_COUNT "G031" Advice
    "too many questions"
    "Ten to fifteen questions in all, of which nobody answers more than a handful, are answered with examples; fifty are answered with adjectives. The limit is \
     `questions_max` in `[policy]`."
    "sixteen [[question]] in gradus.toml"

    NO_EVIDENCE "G040" Advice
    "a rating without evidence"
    "Every assessment is made against the rubric, with evidence: a link, a `why` that tells what was seen, or something of the cycle that is tagged with the competency (a step done, \
     a log entry). Without any of these, a rating is a feeling. In a self-assessment, the middle of the scale needs no proof."
    "[ratings]\ntechnical = \"exceeds\""

    RECENT_EVIDENCE "G041" Advice
    "evidence from the last weeks only"
    "What happened lately is remembered best, and weighs more than it should. Looked at are the days of steps done and log entries that are tagged with a competency that the \
     review rates, where there are at least three; they should not all lie in the last fifth of the period (`recent_percent` in `[policy]`). Days of leave are left out."
    "a review in July, and every step was done in June"

    NO_EXAMPLE "G042" Advice
    "an answer that holds no example"
    "\"Great communication\" could be said of anybody. An answer passes where it holds a link, code, a quotation, a number or a name, or any word \
     that is neither praise nor glue; a whole text, where it comes to `feedback_words_min` (in `[policy]`) of such words. The lists of praise and glue are English; other \
     languages pass, so that in doubt nothing is said."
    "## Strengths\n\nGreat communication and a real team player."

    NO_PARTNER "G050" Advice
    "a talent mapping without a thought partner"
    "`partner` is somebody who knows the work and asks how each part of the assessment is known. One view alone confirms itself."
    "management/2026-h1/ada.toml without partner"

    NOTHING_MISSING "G051" Advice
    "low confidence, and nothing missing"
    "Low confidence is honest; then `missing` lists the data that would raise it, so that somebody gathers them until the next mapping."
    "confidence = \"low\" without missing"

    MISLEVELED "G052" Advice
    "misleveled for several cycles"
    "Who stands above or below their level two cycles running (`misleveled_cycles` in `[policy]`) is paid and judged by the wrong measure. `[level]` says what is recommended, \
     and with `status = \"deferred\"` and `why` what it waits for."
    "alignment = \"above\" in 2025-h2 and 2026-h1"

    UNSHARED "G060" Advice
    "a review that was not shared in time"
    "A cycle closes with a review that its subject has read. Said of everyone who has something agreed or written in the cycle, and a manager, once `close_within_days` of `[policy]` and \
     the cycle's own day for reviews are over, until `gradus close` has counted the cycle's figures or the next cycle is closed too. Days of leave are not counted."
    "review.md without shared, two months after the cycle"

    UNANSWERED "G061" Advice
    "a review without a response"
    "The written response is where a review becomes a conversation. It is due on the cycle's day for responses, or seven days after the review was shared, whichever is later; \
     days of leave are not counted."
    "shared = 2026-07-16, and no response.md in September"

    NOT_CLOSED "G062" Advice
    "a cycle whose figures were not counted"
    "The figures of the organisation come from `cycles/<cycle>.figures.toml`, and a build counts nothing itself. `gradus close CYCLE` counts as of `close_within_days` after the \
     cycle's end and writes that file. Said from that day on, where five people or more take part."
    "cycles/2026-h1.toml in September, and no cycles/2026-h1.figures.toml"

    PIP_DAYS "G070" Advice
    "an improvement plan too short or too long"
    "Thirty to ninety days are long enough to change something and short enough to see an end. The limits are `pip_days` in `[policy]`."
    "days = 14"

    PIP_OBJECTIVES "G071" Advice
    "an improvement plan with too few or too many objectives"
    "Three or four measurable objectives say what is enough; more of them is a list of complaints. The limits are `pip_objectives` in `[policy]`."
    "seven [[objective]]"

    PIP_CHECKINS "G072" Advice
    "an improvement plan that nobody looked at"
    "An improvement plan lives by its weekly check-ins: they are the support that it promises. The first gap of more than `pip_checkin_days` of `[policy]` is named, \
     up to the day it was closed or today. Days of leave are not counted."
    "start = 2026-02-01 and the first [[checkin]] on 2026-03-15"

    NOT_YET "G080" Advice
    "a day that has not come yet"
    "A date of something that has happened lies in the future, as a slip of the year does: of feedback, an agreement, a step that is done, an entry of the log. What is \
     dated is shown at once, whatever its date; leave the date out until the day has come, and it is a draft. Days that are planned may lie ahead: `due`, `until`, \
     `shared`, the `from` of a role. `gradus build` says on which day the site changes next."
    "date = 2062-01-05"

    UNKNOWN_FILE "W001" Warning
    "a file or directory that is not known here"
    "Nothing reads it, and its name is not one of the layout; perhaps it is misspelt. Names that begin with a dot are left alone, \
     links too. What systems and editors leave, such as `Thumbs.db`, `README.md` or a second copy of a file, is named and not read. Keep your own notes outside `rubrics/`, `cycles/`, `people/` and `management/`."
    "people/ada/2026-h1/expectation.toml"

    NO_KEYS "W002" Warning
    "a person without keys"
    "Nobody but the management chain can open their pages. Make a key with `gradus keys new <id>`, or add the recipient they give you to `keys`."
    "person.toml without keys"

    LEAVER_ABOVE "W003" Warning
    "someone's manager has left"
    "The manager's `end` has come, but a person who is still here reports to them. Give that person a new role with another manager."
    "manager = \"grace\", and grace's end is past"

    LOST_TEXT "W004" Warning
    "text before the first dated heading"
    "Check-ins and private notes consist of dated entries. What stands above the first heading belongs to no entry and is shown to nobody."
    "Some words, then ## 2026-03-20"

    REMOTE_IMAGE "W005" Warning
    "an image from elsewhere"
    "A sealed page loads nothing from other hosts, because they would learn who reads it and when. The image is shown as a link. \
     Put it into `files/` beside the text to have it sealed and shown."
    "![graph](https://dash.example/graph.png)"

    WIDENED "W006" Warning
    "more people read this than by default"
    "A `readers` line lets people read what the default audience would not show them. That may be just what was meant; it is said at every \
     check, because such a line is easily overlooked. `gradus access <id>` shows who reads what about a person, and why."
    "readers = [\"person\", \"linus\"]"

    NO_READERS "W007" Warning
    "nobody reads this"
    "Nobody is left who may read it: what was said in confidence opens only to those of the management chain of its day who still are in it. \
     The source stays in the tree; the site does not hold it."
    "peer feedback from before a change of the whole chain"

    SEALED "W008" Warning
    "a sealed file was not checked"
    "The file ends in `.age`: it is encrypted, and no identity was given to open it with. What refers to it is taken on trust. `-i FILE` or \
     `GRADUS_IDENTITY_FILE` names the identity; without it, whatever needs the content stops."
    "people/ada/2026-h1/peer-linus.md.age, without `-i`"

    NO_KEY_LEFT "W010" Warning
    "a person whose keys all count no more"
    "Every key of theirs is past its `until` or was revoked, so they open nothing that is built now. Make a key with `gradus keys new <id>`; whoever has left \
     has an `end`."
    "keys = [{ key = \"age1…\", until = 2025-12-31 }]"

    CHANGED_AFTER_AGREED "W020" Warning
    "an expectation changed after it was agreed"
    "Expectations stay fixed for their whole period, even when circumstances change. Text, measure, `agreed` and the set of ids are compared with the \
     first commit that holds them with an `agreed`, and a later change is shown on the page with both texts. Let the text stand, amend it with a \
     `[[note]]`, and talk about what changed at the end. Key steps may always be ticked; line breaks are no change."
    "text = \"Help with the migration\", agreed as \"Lead the migration\""

    COMMITTED_LATE "W021" Warning
    "git holds an expectation only since long after it was agreed"
    "The first commit that holds it with an `agreed` came later than `agreed` and `agree_within_days` of `[policy]`. What it was before, nothing \
     shows. The page says how many days lie between. Commit expectations when they are agreed. Cycles that were over before \
     the first expectations came into git are not warned about."
    "agreed = 2026-01-15, committed on 2026-03-01"

    NO_HISTORY "W022" Warning
    "git tells nothing of how expectations were agreed"
    "The tree is in git, but the clone is shallow, there is no `git` program, or git refuses to answer. Whether expectations stayed as \
     they were agreed cannot be shown then, and the page says so. In CI, fetch the whole history (`GIT_DEPTH: 0` on GitLab, `fetch-depth: 0` on GitHub). \
     A tree outside of git, or with `as_of`, is not warned about."
    "git clone --depth 1"

    NO_LOCK "W030" Warning
    "there is no `access.lock`"
    "The lock records what access follows from, so that nobody gains access by a line that was overlooked. `gradus build` stops without it. \
     Read `gradus access`, then write the lock with `gradus access --accept --new` and commit it beside `gradus.toml`."
    "an organisation without access.lock"

    WIDER "W031" Warning
    "somebody would read more than was accepted"
    "Through this line somebody would read what `access.lock` does not let them read: a new manager or key, a `readers` line, a policy. The message says \
     who would read exactly what. Or no rule proves that nobody does: the name of a restriction is gone (a file, the day of a log's entry, the title of a section, the id \
     or title of a question), and its text may have another name now. Or another text has such a name too, or links to an attachment of texts for fewer people. \
     `gradus build` stops until it is accepted. If it is what you meant, `gradus access --accept` accepts it; review the lock's change with \
     the change itself."
    "manager = \"grace\""

    BEHIND "W032" Warning
    "`access.lock` says what is no longer so"
    "By what the lock records nobody reads more than was accepted, and the site can be built; but the lock still lets people read who no longer do, or does not know of a new \
     cycle or of an attachment of a review. What it lets them read would come back without a question. `gradus access --accept` writes it as the tree is."
    "a person who left"

    OLD_LOGIN "W033" Warning
    "a login that is left out of the site"
    "The key that `login.age` wraps was revoked, is past its last day, or is of another kind than the site's; or one of the person's keys is and none is marked \
     `login = true`, so that nothing tells which one the login wraps. Take `login.age` away and make another with `gradus keys login <id>`, or, where it wraps \
     a key that counts, mark that one in `keys` of person.toml."
    "keys = [{ key = \"age1…\", revoked = 2026-10-04, login = true }]"

    MEANT_HEADING_ALIKE "W040" Warning
    "a heading that was meant and is none, between answers with the same readers"
    "A line looks like the heading of a question or expectation, and is part of the answer before. The readers are the same, so nothing leaks; but the page shows \
     one answer where two were meant. E035 says what a heading has to look like."
    "**Strengths**"

    LEFT_OPEN_ALONE "W041" Warning
    "a fence that nothing closes"
    "A fence that is open at the end of the file takes in all that follows it. Close it. Where answers of the file have different readers, E036 stops the build."
    "~~~sh, and nothing that closes it"

    UNUSED_DEFINITION "W042" Warning
    "a footnote or link definition that nothing uses"
    "A definition is shown where it is used and nowhere else, so nobody reads this one. Refer to it as `[^label]` or `[words][label]`, or delete it."
    "[^2]: and no [^2] in the text"

    HIDDEN_ATTACHMENT "W043" Warning
    "an attachment that the subject does not see"
    "With `peer_feedback = \"anonymous\"` the subject reads answers without names, and a file can name its author: its name, a login in a screenshot, its \
     metadata. The management chain sees the attachment; the subject sees the words of the link alone. Put what the subject should know into words."
    "![my graph](files/linus-screenshot.png)"

    ANCHOR_LINK "W044" Warning
    "a link to a place within a page"
    "A text is shown among others on a page of the site, where headings of texts have no address. `#heading` leads nowhere there, and the words are shown without \
     a link. Name the heading in words. Footnotes and full addresses are links as ever."
    "[above](#strengths)"
}

/// The rule of that code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

impl Rule {
    /// What is to be said under it of a place, without a label.
    pub(super) fn said(self, place: Place, message: String, help: Option<String>) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            message,
            place,
            label: None,
            related: Vec::new(),
            help,
        }
    }

    /// The title, the explanation and the example, in markdown.
    pub fn in_words(&self) -> String {
        let Rule {
            title,
            explanation,
            example,
            ..
        } = self;
        format!("{title}\n\n{explanation}\n\n```text\n{example}\n```\n")
    }
}

/// The page of all codes, `docs/diagnostics.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Diagnostics\n\n\
         What `gradus check` complains about. Codes with `E` are errors: nothing is built. Codes with `W` are warnings: \
         the site can be built, and a person should look. Codes with `G` are guidance: a valid tree, judged by the practice, which `allow` \
         in `[policy]` can excuse with a reason. `gradus check --explain CODE` prints these sections.\n",
    );
    for rule in ALL {
        let _ = write!(page, "\n## {}: {}", rule.code, rule.in_words()); // a `String` takes everything
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_given_once_in_order_and_says_its_severity() {
        let codes: BTreeSet<&str> = ALL.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), ALL.len());
        assert!(ALL.is_sorted_by_key(|rule| rule.code));
        for rule in ALL {
            let letter = match rule.severity {
                Severity::Error => 'E',
                Severity::Warning => 'W',
                Severity::Advice => 'G',
            };
            assert!(rule.code.starts_with(letter), "{}", rule.code);
        }
    }

    #[test]
    fn the_page_in_the_docs_is_the_one_made_from_this_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
        if std::env::var_os("GRADUS_WRITE_DOCS").is_some() {
            std::fs::write(path, page()).expect("the docs can be written");
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page(),
            "`GRADUS_WRITE_DOCS=1 cargo test the_page_in_the_docs` writes docs/diagnostics.md anew"
        );
    }
}
