//! What a difference says: each kind of change, and where it is told.

use gradus::build::acceptance::{Acceptance, LockStatus, accept};
use gradus::domain::access::lock;
use gradus::domain::access::lock::{Gained, Lock};
use gradus::ground::diag::Report;

use super::company::{TODAY, World, company, day, recipient};

/// A company, and what was accepted of it.
struct Accepted {
    world: World,
    root: tempfile::TempDir,
}

impl Accepted {
    fn new() -> Self {
        Self::of(World::new(&company()))
    }

    fn of(mut world: World) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::write(root.path().join("gradus.toml"), "").expect("a file");
        world.source.root = root.path().to_owned();
        accept(root.path(), &Lock::of(&world.valid())).expect("it can be written");
        Self { world, root }
    }

    /// Puts something else into a file.
    fn change(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.world.text(path);
        assert!(text.contains(from), "{path}:\n{text}");
        self.world.set(path, &text.replacen(from, to, 1));
        self
    }

    fn add(mut self, path: &str, more: &str) -> Self {
        let text = self.world.text(path) + more;
        self.world.set(path, &text);
        self
    }

    fn found(&self) -> Acceptance {
        Acceptance::of(&self.world.source, &self.world.valid(), day(TODAY))
    }

    /// Stops a build, with such a line at such a place and nothing else.
    fn is_wider(&self, place: &str, message: &str) {
        let found = self.found();
        assert!(!found.permits_a_build(), "{}", told(&found.report));
        assert_eq!(told(&found.report), format!("{place}: {message}\n"));
    }

    /// Says all of these, among others.
    fn is_wider_by(&self, lines: &[&str]) {
        let told = told(&self.found().report);
        for line in lines {
            assert!(
                told.lines().any(|told| told == *line),
                "`{line}` in\n{told}"
            );
        }
    }

    /// Lets a build pass, and says who reads less.
    fn is_narrower(&self, words: &str) {
        let found = self.found();
        assert!(found.permits_a_build(), "{}", told(&found.report));
        assert_eq!(told(&found.report), format!("access.lock:1:1: {words}\n"));
    }

    /// Nothing to say.
    fn is_as_accepted(&self) {
        let found = self.found();
        assert_eq!(told(&found.report), "");
        assert!(found.permits_a_build());
    }
}

/// A line for each: where, and what.
fn told(report: &Report) -> String {
    let lines = report.diagnostics.iter().map(|diagnostic| {
        let at = report.position(&diagnostic.place);
        format!(
            "{}:{}:{}: {}\n",
            diagnostic.place.file, at.line, at.column, diagnostic.message
        )
    });
    lines.collect()
}

const LESS: &str =
    "by what the lock records nobody reads more, but the tree says otherwise than the lock";

#[test]
fn what_was_accepted_is_written_and_read_again_as_the_same_bytes() {
    let accepted = Accepted::new();
    accepted.is_as_accepted();
    let written =
        std::fs::read_to_string(accepted.root.path().join("access.lock")).expect("a lock");
    let read = Lock::parse(&written).expect("a lock");
    assert_eq!(read, Lock::of(&accepted.world.valid()));
    assert_eq!(read.to_string(), written);
}

#[test]
fn another_manager_is_told_at_the_line_that_names_them() {
    Accepted::new().change("people/m3/person.toml", "\"m1\"", "\"m2\"").is_wider(
        "people/m3/person.toml:7:11",
        "`m2` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `m3`",
    );
}

#[test]
fn a_manager_further_up_is_told_once_for_all_below() {
    let mut company = company();
    company
        .members
        .insert("m9".into(), super::company::Member::new(None, 60));
    let accepted = Accepted::of(World::new(&company));
    accepted.add("people/m0/person.toml", "manager = \"m9\"\n").is_wider(
        "people/m0/person.toml:7:11",
        "`m9` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `m0`, and pages, confidential texts, talent mapping and improvement plans of `m1`, `m2`, `m3`, `m4` and 4 more, and what managers read",
    );
}

#[test]
fn a_role_to_come_is_accepted_when_it_is_written_and_not_again_when_it_begins() {
    let accepted = Accepted::new().add(
        "people/m3/person.toml",
        "[[role]]\nfrom = 2027-02-01\nmanager = \"m2\"\n",
    );
    accepted.is_wider(
        "people/m3/person.toml:10:11",
        "`m2` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `m3`, from 2027-02-01 on",
    );
    let accepted = Accepted::of(accepted.world);
    let later = Acceptance::of(
        &accepted.world.source,
        &accepted.world.valid(),
        day("2027-02-01"),
    );
    assert!(later.permits_a_build());
    assert_eq!(told(&later.report), "");
}

#[test]
fn a_key_in_the_place_of_another_is_told_at_the_key() {
    Accepted::new()
        .change("people/m3/person.toml", &recipient(4), &recipient(70))
        .is_wider(
            "people/m3/person.toml:3:9",
            "by a new key, `m3` would read all that they may read",
        );
}

#[test]
fn a_second_key_is_told_and_one_that_lasts_longer_from_the_day_on() {
    let path = "people/m3/person.toml";
    let second = format!("{}\", \"{}\"", recipient(4), recipient(70));
    let old = format!("{}\"", recipient(4));
    let place = format!("{path}:3:{}", 9 + recipient(4).len() + 4);
    Accepted::new().change(path, &old, &second).is_wider(
        &place,
        "by a new key, `m3` would read all that they may read",
    );
    Accepted::new()
        .change("people/m4/person.toml", "2026-12-31", "2027-01-31")
        .is_wider_by(&[&format!(
            "people/m4/person.toml:3:{}: by a key that counts longer, `m4` would read all that they may read, from 2027-01-01 on",
            9 + recipient(5).len() + 4
        )]);
}

#[test]
fn a_key_that_is_taken_or_ends_earlier_passes() {
    let path = "people/m4/person.toml";
    let text = World::new(&company()).text(path);
    let keys = text.lines().nth(2).expect("keys").to_owned();
    Accepted::new()
        .change(path, &keys, &format!("keys = [\"{}\"]", recipient(5)))
        .is_narrower(
            "`m4` read less than was accepted, and by what the lock records nobody reads more",
        );
    Accepted::new()
        .change(path, "2026-12-31", "2026-12-01")
        .is_narrower(LESS);
}

#[test]
fn a_key_that_is_revoked_passes_and_one_that_counts_again_is_told() {
    let path = "people/m3/person.toml";
    let key = format!("\"{}\"", recipient(4));
    let revoked = format!("{{ key = {key}, revoked = 2026-11-01 }}");
    let accepted = Accepted::new().change(path, &key, &revoked);
    accepted.is_narrower(
        "`m3` read less than was accepted, and by what the lock records nobody reads more",
    );
    Accepted::of(accepted.world)
        .change(path, &revoked, &key)
        .is_wider(
            "people/m3/person.toml:3:9",
            "by a new key, `m3` would read all that they may read",
        );
}

#[test]
fn whoever_leaves_reads_less_and_whoever_stays_after_all_reads_more() {
    let path = "people/m7/person.toml";
    let left = Accepted::new().change(path, "start", "end = 2026-11-01\nstart");
    left.is_narrower(
        "`m7` read less than was accepted, and by what the lock records nobody reads more",
    );
    Accepted::of(left.world).change(path, "end = 2026-11-01\n", "").is_wider(
        "people/m7/person.toml:1:1",
        "`m7` would read pages, 1:1s and improvement plans of their own, and what everyone reads",
    );
}

#[test]
fn whoever_joins_is_told_and_so_is_whoever_reads_about_them() {
    let mut company = company();
    let accepted = Accepted::of(World::new(&company));
    company
        .members
        .insert("new".into(), super::company::Member::new(Some("m1"), 80));
    let mut joined = accepted;
    joined.world = {
        let mut world = joined.world.with(&company);
        world.source.root = joined.root.path().to_owned();
        world
    };
    joined.is_wider_by(&[
        "people/new/person.toml:3:8: `new` would read pages, 1:1s and improvement plans of their own, and what everyone reads",
        "people/new/person.toml:7:11: `m0` would read pages, confidential texts, talent mapping and improvement plans of `new`; `m1` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `new`",
    ]);
}

#[test]
fn somebody_more_in_hr_is_told_at_their_name() {
    Accepted::new().change("gradus.toml", "hr = [\"m8\"", "hr = [\"m8\", \"m5\"").is_wider(
        "gradus.toml:37:13",
        "`m5` would read talent mapping and improvement plans of `m0`, `m1`, `m2`, `m3` and 4 more",
    );
    Accepted::new()
        .change("gradus.toml", "hr = [\"m8\"", "hr = [")
        .is_narrower(
            "`m8` read less than was accepted, and by what the lock records nobody reads more",
        );
}

#[test]
fn a_longer_reach_of_the_chain_is_told() {
    let short = Accepted::new().change("gradus.toml", "\"all\"", "1");
    short.is_narrower(
        "`m0` read less than was accepted, and by what the lock records nobody reads more",
    );
    Accepted::of(short.world).change("gradus.toml", "chain = 1", "chain = 2").is_wider(
        "gradus.toml:35:9",
        "`m0` would read pages, confidential texts, talent mapping and improvement plans of `m3`, `m4`, `m5`, `m6` and 2 more",
    );
}

#[test]
fn peers_who_are_read_by_more_people_are_told_even_before_anyone_wrote() {
    let world = World::new(&company());
    let named = Accepted::of(world.clone()).change(
        "gradus.toml",
        "peer_feedback = \"chain\"",
        "peer_feedback = \"person\"",
    );
    named.is_wider(
        "gradus.toml:36:17",
        "`m2`, `m4`, `m6`, `m8` would read peer feedback of their own",
    );
    let unnamed = Accepted::of(world).change(
        "gradus.toml",
        "peer_feedback = \"chain\"",
        "peer_feedback = \"anonymous\"",
    );
    unnamed.is_wider(
        "gradus.toml:36:17",
        "`m2`, `m4`, `m6`, `m8` would read peer feedback without names of their own",
    );
    // From names to none, and back to the chain, somebody reads less each time.
    let unnamed = Accepted::of(named.world).change("gradus.toml", "\"person\"", "\"anonymous\"");
    assert!(unnamed.found().permits_a_build());
    let chain = Accepted::of(unnamed.world).change("gradus.toml", "\"anonymous\"", "\"chain\"");
    assert!(chain.found().permits_a_build());
}

#[test]
fn a_readers_line_is_told_where_it_stands_and_where_it_stood() {
    let path = "people/m3/2026-h1/peer-m4.md";
    let added = Accepted::new().change(path, "date", "readers = [\"chain\", \"m6\"]\ndate");
    added.is_wider(
        "people/m3/2026-h1/peer-m4.md:3:11",
        "`m6` would read peer feedback by m4 2026-h1 of `m3`",
    );
    let narrow = Accepted::new().change(path, "date", "readers = \"m1\"\ndate");
    narrow.is_narrower(
        "`m0` read less than was accepted, and by what the lock records nobody reads more",
    );
    Accepted::of(narrow.world)
        .change(path, "readers = \"m1\"\n", "")
        .is_wider(
            "people/m3/2026-h1/peer-m4.md:1:1",
            "`m0` would read peer feedback by m4 2026-h1 of `m3`",
        );
}

#[test]
fn a_link_to_an_attachment_of_a_kept_text_is_told_where_it_is() {
    let (review, own) = ("people/m3/2026-h1/review.md", "people/m3/2026-h1/self.md");
    let link = "\n![g](files/graph.png)\n";
    let mut linked = Accepted::new().add(review, link);
    let directory = "people/m3/2026-h1/files";
    linked
        .world
        .attach(&format!("{directory}/graph.png"), b"graph");
    let accepted = Accepted::of(linked.world);
    accepted.is_as_accepted();
    let told = "`m3` would read the attachment `2026-h1/files/graph.png` of their own";
    let moved = accepted.change(review, link, "").add(own, link);
    moved.is_wider("people/m3/2026-h1/self.md:10:6", told);
    Accepted::of(moved.world).is_as_accepted();
}

#[test]
fn a_log_entry_for_everyone_is_told_at_its_own_line() {
    let path = "people/m3/log.toml";
    let more = "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\ntext = \"Two\"\n";
    let two = Accepted::of(Accepted::new().add(path, more).world);
    two.add(path, "readers = \"org\"\n").is_wider(
        "people/m3/log.toml:9:11",
        "`m2`, `m4`, `m5`, `m6` and 2 more would read log entry 2 of `m3`",
    );
}

#[test]
fn talent_mapping_for_others_is_told() {
    Accepted::new()
        .change(
            "management/2026-h1/m3.toml",
            "date",
            "readers = [\"chain\", \"m2\"]\ndate",
        )
        .is_wider(
            "management/2026-h1/m3.toml:2:11",
            "`m2` would read talent mapping 2026-h1 of `m3`",
        );
}

#[test]
fn answers_that_are_no_longer_kept_apart_are_told_at_the_question() {
    let open = Accepted::new().change(
        "gradus.toml",
        "readers = [\"chain\"]",
        "readers = [\"chain\", \"hr\"]",
    );
    assert!(!open.found().permits_a_build());
    assert!(told(&open.found().report).starts_with("gradus.toml:14:11: `m8` would read "));
    // A question that nobody has answered yet promises as much.
    let unasked = Accepted::new().add("gradus.toml", "[[question]]\nid = \"new\"\nfor = \"peer\"\ntitle = \"New\"\nprompt = \"New\"\nreaders = \"org\"\n");
    let message = "answers to `new` would be for `org`, so far for `chain`";
    unasked.is_wider_by(&[&format!("gradus.toml:43:11: {message}")]);
}

#[test]
fn a_rubric_for_anyone_is_told_with_what_it_extends() {
    Accepted::new()
        .change("rubrics/ic/track.toml", "\"org\"", "\"public\"")
        .is_wider(
            "rubrics/ic/track.toml:3:11",
            "anyone who can reach the site would read the track `ic` and `generic`",
        );
}

/// The company's track is public and extends `base`, which extends `generic`, as does the abstract `second`.
fn public_heir() -> Accepted {
    let track = |title: &str, more: &str| {
        format!(
            "title = \"{title}\"\ndescription = \"{title}\"\n{more}[[competency]]\nid = \"{title}\"\ntitle = \"{title}\"\n"
        )
    };
    let heir = "extends = \"generic\"\n";
    let ic = "rubrics/ic/track.toml";
    let mut accepted =
        Accepted::new()
            .change(ic, "\"org\"", "\"public\"")
            .change(ic, "\"generic\"", "\"base\"");
    for (id, more) in [("base", heir), ("second", "readers = \"public\"\n")] {
        accepted.world.set_track(id, &track(id, more));
    }
    Accepted::of(accepted.world)
}

#[test]
fn a_track_that_is_public_itself_is_told_though_a_public_one_extends_it() {
    public_heir()
        .change(
            "rubrics/base/track.toml",
            "extends",
            "readers = \"public\"\nextends",
        )
        .is_wider(
            "rubrics/base/track.toml:3:11",
            "anyone who can reach the site would read the track `base` and `generic`",
        );
}

#[test]
fn a_second_public_track_that_extends_what_another_one_does_is_told() {
    public_heir()
        .change("rubrics/second/track.toml", "[[competency]]", "extends = \"base\"\n[[competency]]")
        .is_wider(
            "rubrics/second/track.toml:3:11",
            "anyone who can reach the site would read the track `base` and `generic` on the page of `second`",
        );
}

#[test]
fn a_section_for_managers_that_everyone_would_read_is_told() {
    Accepted::new()
        .change("rubrics/ic/l1.toml", "readers = \"managers\"\n", "")
        .is_wider(
            "rubrics/ic/l1.toml:7:9",
            "everyone who reads the rubric would read `For managers`, so far for managers",
        );
}

/// An organisation in which something of every kind is kept from somebody.
fn kept() -> Accepted {
    Accepted::of(
        Accepted::new()
            .change("people/m3/log.toml", "kind", "readers = \"pair\"\nkind")
            .change(
                "people/m3/2026-h1/plan.toml",
                "[[goal]]",
                "readers = \"pair\"\n[[goal]]",
            )
            .change(
                "gradus.toml",
                "readers = [\"chain\"]",
                "readers = [\"pair\"]",
            )
            .world,
    )
}

#[test]
fn an_entry_whose_day_and_readers_change_in_one_edit_is_told() {
    let path = "people/m3/log.toml";
    let open =
        kept()
            .change(path, "2026-03-20", "2026-03-21")
            .change(path, "readers = \"pair\"\n", "");
    let gone = "`people/m3/log.toml#2026-03-20` is gone, and with it the `readers` line that kept it for `pair`, from `m0`";
    let gone = format!("{path}:1:1: {gone}");
    // The same text under another day is known, too.
    let moved = format!("{path}:2:8: `m0` would read log entry 1 of `m3`");
    open.is_wider_by(&[&gone, &moved]);
    // A line that names others under the new day, and one that stays as it was: the name that was accepted is gone.
    let wider = kept().change(path, "2026-03-20", "2026-03-21").change(
        path,
        "\"pair\"",
        "[\"pair\", \"m2\"]",
    );
    wider.is_wider_by(&[&gone]);
    let moved = kept().change(path, "2026-03-20", "2026-03-21");
    moved.is_wider_by(&[&gone]);
    Accepted::of(moved.world).is_as_accepted();
}

#[test]
fn a_managers_section_whose_title_and_readers_change_in_one_edit_is_told() {
    let path = "rubrics/ic/l1.toml";
    let changed = |accepted: Accepted| {
        accepted.change(path, "\"For managers\"", "\"Pay\"").change(
            path,
            "readers = \"managers\"\n",
            "",
        )
    };
    let gone = "`rubrics/ic/l1.toml#For managers` is gone, and with it the `readers` line that kept it for `managers`, from";
    let told = |accepted: Accepted, who: &str| {
        accepted.is_wider_by(&[
            &format!("{path}:1:1: {gone} {who}"),
            &format!("{path}:7:9: {who} would read `Pay`, so far for managers"),
        ]);
    };
    told(changed(Accepted::new()), "everyone who reads the rubric");
    let public = Accepted::new().change("rubrics/ic/track.toml", "\"org\"", "\"public\"");
    let public = Accepted::of(public.world);
    told(changed(public), "anyone who can reach the site");
}

#[test]
fn a_managers_section_that_is_renamed_with_its_readers_is_told_as_what_it_is() {
    let path = "rubrics/ic/l1.toml";
    let renamed = Accepted::new().change(path, "\"For managers\"", "\"Pay\"");
    let gone = "`rubrics/ic/l1.toml#For managers` is gone, and with it the `readers` line that kept it for `managers`, from everyone who reads the rubric";
    renamed.is_wider("rubrics/ic/l1.toml:1:1", gone);
    // The same is said if it is another text, and the one that was kept is open now.
    let decoy = "[[section]]\ntitle = \"Pay\"\ntext = \"-\"\nreaders = \"managers\"\n";
    Accepted::new()
        .change(path, "\"For managers\"", "\"For you\"")
        .change(path, "readers = \"managers\"\n", "")
        .add(path, decoy)
        .is_wider_by(&[
            &format!("{path}:1:1: {gone}"),
            &format!("{path}:7:9: everyone who reads the rubric would read `For you`, so far for managers"),
        ]);
    Accepted::of(renamed.world).is_as_accepted();
}

#[test]
fn a_question_whose_id_and_readers_change_in_one_edit_is_told_for_all_and_for_its_cycle() {
    // The answers stand under the title, and follow the question wherever its id goes.
    let mut kept = kept();
    for person in 0..9 {
        for peer in 0..9 {
            let path = format!("people/m{person}/2026-h1/peer-m{peer}.md");
            if kept.world.source.texts.contains_key(path.as_str()) {
                kept = kept.change(&path, "## growth-of", "## Title of growth-of");
            }
        }
    }
    let kept = Accepted::of(kept.world);
    let open = kept
        .change("gradus.toml", "id = \"growth-of\"", "id = \"growth\"")
        .change("gradus.toml", "readers = [\"pair\"]\n", "");
    let gone = "is gone, and with it the `readers` line that kept its answers for `pair`";
    open.is_wider_by(&[
        &format!("gradus.toml:1:1: the question `growth-of` {gone}"),
        &format!("cycles/2026-h1.toml:1:1: the question `growth-of` of 2026-h1 {gone}"),
    ]);
}

#[test]
fn a_question_that_takes_the_title_of_one_that_is_kept_is_told() {
    let swapped = |accepted: Accepted| {
        accepted
            .change("gradus.toml", "\"Title of growth-of\"", "\"Growing\"")
            .change(
                "gradus.toml",
                "\"Title of strengths\"",
                "\"title of growth-of\"",
            )
    };
    swapped(kept()).is_wider(
        "gradus.toml:14:11",
        "answers under `Title of growth-of` would no longer be those to `growth-of`, which are for `pair`; answers under `Growing` would",
    );
    // Another title alone may be taken by what else there is.
    let renamed = Accepted::new().change("gradus.toml", "\"Title of growth-of\"", "\"Growing\"");
    assert!(!renamed.found().permits_a_build());
}

#[test]
fn a_question_for_more_people_that_takes_another_title_is_told_where_it_is_answered() {
    // The answers of peers to the one stand under its title; those to the other, for everyone, are exchanged with them.
    let path = "people/m3/2026-h1/peer-m4.md";
    let open = Accepted::new()
        .change("gradus.toml", "readers = [\"chain\"]", "readers = \"org\"")
        .change(path, "## strengths", "## Title of strengths")
        .change(path, "## growth-of", "## Title of growth-of");
    let exchanged = Accepted::of(open.world)
        .change("gradus.toml", "\"Title of growth-of\"", "\"-\"")
        .change(
            "gradus.toml",
            "\"Title of strengths\"",
            "\"Title of growth-of\"",
        )
        .change("gradus.toml", "\"-\"", "\"Title of strengths\"");
    exchanged.is_wider(
        "gradus.toml:14:11",
        "answers under `Title of growth-of` would no longer be those to `growth-of`, which are for `org`; answers under `Title of strengths` would",
    );
    // The same title in other letters is the same heading.
    let asks = |title: &str| question("proud", "self", title, "readers = \"org\"\n");
    let unanswered = Accepted::new().add("gradus.toml", &asks("Proud"));
    let renamed = Accepted::of(unanswered.world).change("gradus.toml", "\"Proud\"", "\"PROUD\"");
    renamed.is_narrower(LESS);
}

#[test]
fn an_expectation_that_takes_the_title_of_a_question_that_is_kept_is_told() {
    let path = "people/m3/2026-h1/self.md";
    let asks = question("needs", "self", "help", "readers = \"pair\"\n");
    let kept = Accepted::new()
        .add("gradus.toml", &asks)
        .add(path, "\n## help\n\nHelp\n");
    let kept = Accepted::of(kept.world);
    kept.change("gradus.toml", "\"help\"", "\"Needs\"")
        .change(
            "people/m3/2026-h1/expectations.toml",
            "id = \"ship\"",
            "id = \"help\"",
        )
        .is_wider(
            "gradus.toml:43:11",
            "answers under `help` would no longer be those to `needs`, which are for `pair`; answers under `Needs` would",
        );
}

/// A question at the end of `gradus.toml`.
fn question(id: &str, asked: &str, title: &str, more: &str) -> String {
    format!(
        "[[question]]\nid = \"{id}\"\nfor = \"{asked}\"\ntitle = \"{title}\"\nprompt = \"P\"\n{more}\n"
    )
}

#[test]
fn a_question_of_the_same_readers_that_others_are_asked_is_told() {
    let asks = |readers: &str, asked: &str| {
        let more = format!("readers = \"{readers}\"\n");
        let proud = question("proud", asked, "Proud", &more);
        Accepted::of(Accepted::new().add("gradus.toml", &proud).world)
    };
    let of = |from: &str, to: &str| {
        [
            format!("\"proud\"\nfor = \"{from}\""),
            format!("\"proud\"\nfor = \"{to}\""),
        ]
    };
    let [own, peers] = of("self", "peer");
    asks("org", "self").change("gradus.toml", &own, &peers).is_wider(
        "gradus.toml:43:11",
        "`proud`, the answers to which are for `org`, would be asked of peers, so far of people about themselves",
    );
    // Whether the files of others are for fewer people, the line does not say.
    asks("chain", "self").change("gradus.toml", &own, &peers).is_wider(
        "gradus.toml:43:11",
        "`proud`, the answers to which are for `chain`, would be asked of peers, so far of people about themselves",
    );
    let path = "people/m3/2026-h1/peer-m4.md";
    let closed = asks("chain", "self").change(path, "+++\n\n", "readers = \"m1\"\n+++\n\n");
    let closed = Accepted::of(closed.world).change("gradus.toml", &own, &peers);
    assert!(!closed.found().permits_a_build());
}

#[test]
fn two_questions_of_one_title_that_exchange_whom_they_ask_are_told() {
    let mut titled = Accepted::new()
        .add(
            "gradus.toml",
            &question("own", "self", "Growing", "readers = \"org\"\n"),
        )
        .add("gradus.toml", &question("others", "peer", "Growing", ""));
    let path = "people/m3/2026-h1/peer-m4.md";
    titled = titled.change(path, "## growth-of", "## Growing");
    let exchanged = Accepted::of(titled.world)
        .change(
            "gradus.toml",
            "\"own\"\nfor = \"self\"",
            "\"own\"\nfor = \"peer\"",
        )
        .change(
            "gradus.toml",
            "\"others\"\nfor = \"peer\"",
            "\"others\"\nfor = \"self\"",
        );
    exchanged.is_wider(
        "gradus.toml:43:11",
        "`own`, the answers to which are for `org`, would be asked of peers, so far of people about themselves",
    );
}

#[test]
fn a_lock_that_does_not_say_who_is_asked_has_the_tree_accepted_anew() {
    let asks = question("proud", "peer", "Proud", "readers = \"org\"\n");
    let accepted = Accepted::of(Accepted::new().add("gradus.toml", &asks).world);
    let path = accepted.root.path().join("access.lock");
    let lock = std::fs::read_to_string(&path).expect("a lock");
    let without: String = lock
        .split_inclusive('\n')
        .filter(|line| !line.contains("= \"peer\""))
        .collect();
    std::fs::write(&path, without).expect("it can be written");
    accepted.is_wider_by(&["gradus.toml:43:11: `proud`, the answers to which are for `org`, would be asked of peers, of whom so far is not recorded"]);
}

#[test]
fn a_file_that_is_gone_is_told_at_the_line_of_the_lock() {
    let path = "people/m3/2026-h1/plan.toml";
    let mut gone = kept();
    gone.world.remove(path);
    let found = gone.found();
    assert!(!found.permits_a_build());
    let said = told(&found.report);
    assert!(said.starts_with("access.lock:"), "{said}");
    let words = format!(
        "`{path}` is gone, and with it the `readers` line that kept it for `pair`, from `m0`\n"
    );
    assert!(said.ends_with(&words), "{said}");
    let place = &found.report.diagnostics[0].place;
    let lock = std::fs::read_to_string(gone.root.path().join("access.lock")).expect("a lock");
    assert_eq!(
        &lock[place.start..place.end],
        format!("\"{path}\" = [\"pair\"]")
    );
}

#[test]
fn what_gave_more_than_the_rules_may_go() {
    let path = "people/m3/log.toml";
    let open = Accepted::of(
        Accepted::new()
            .change(path, "kind", "readers = \"org\"\nkind")
            .world,
    );
    let narrow =
        open.change(path, "2026-03-20", "2026-03-21")
            .change(path, "readers = \"org\"\n", "");
    assert!(narrow.found().permits_a_build());
}

#[test]
fn whoever_is_gone_takes_their_texts_along_unless_somebody_is_new() {
    let leave = |accepted: &mut Accepted, id: &str| {
        let of_them = |path: &str| {
            path.starts_with(&format!("people/{id}/"))
                || path.ends_with(&format!("/{id}.toml"))
                || path.ends_with(&format!("/{id}.md"))
                || path.ends_with(&format!("/peer-{id}.md"))
        };
        let texts = accepted.world.source.texts.keys();
        let gone: Vec<_> = texts.filter(|path| of_them(path)).cloned().collect();
        gone.iter().for_each(|path| accepted.world.remove(path));
        accepted.world.leave(id);
    };
    let mut gone = kept();
    leave(&mut gone, "m3");
    assert!(
        gone.found().permits_a_build(),
        "{}",
        told(&gone.found().report)
    );
    // The same texts, it may be, under another name.
    let mut renamed = kept();
    leave(&mut renamed, "m3");
    renamed.world.set(
        "people/x3/person.toml",
        "name = \"X\"\nstart = 2020-01-01\nkeys = []\n[[role]]\nfrom = 2020-01-01\n",
    );
    let said = told(&renamed.found().report);
    for gone in [
        "people/m3/log.toml#2026-03-20",
        "people/m3/2026-h1/plan.toml",
    ] {
        assert!(said.contains(&format!("`{gone}` is gone")), "{said}");
    }
}

#[test]
fn what_is_written_anew_under_the_same_causes_is_as_accepted() {
    let path = "people/m3/2026-h1/review.md";
    // Shared with its subject: that is what a review is written for.
    Accepted::new()
        .change(path, "date", "shared = 2026-07-20\ndate")
        .is_as_accepted();
    let more = "## 2026-11-20 Talk\n\nNew.\n";
    Accepted::new()
        .add("people/m3/checkins.md", more)
        .is_as_accepted();
    Accepted::new()
        .change("people/m3/2026-h1/self.md", "2026-07-03", "2026-07-04")
        .is_as_accepted();
}

#[test]
fn dates_of_a_cycle_that_turn_feedback_downward_are_told() {
    // m5 worked for m2 until February: what m5 says of m2 goes upward as long as the cycle begins before.
    let mut company = company();
    company.peer_feedback = "person";
    let mut world = World::new(&company);
    let peer = world
        .text("people/m2/2026-h1/peer-m3.md")
        .replace("m3", "m5");
    world.set("people/m2/2026-h1/peer-m5.md", &peer);
    Accepted::of(world)
        .change("cycles/2026-h1.toml", "2026-01-01", "2026-02-02")
        .is_wider(
            "cycles/2026-h1.toml:2:9",
            "`m2` would read peer feedback by m5 2026-h1 of their own",
        );
}

#[test]
fn a_lock_that_is_missing_broken_or_of_other_rules_stops_a_build_and_says_where() {
    let accepted = Accepted::new();
    let path = accepted.root.path().join("access.lock");
    let written = std::fs::read_to_string(&path).expect("a lock");
    let broken = [
        (
            written.replace("[people]\n", "[people]\n<<<<<<< HEAD\n"),
            "a merge left its marks here",
        ),
        (
            written.replace("rules = 1", "rules = 2"),
            "this was accepted under rules 2; this gradus knows rules 1",
        ),
        (
            written.replace("rules = 1", "rules = 0"),
            "this was accepted under rules 0; under rules 1 more may follow from it",
        ),
        (
            written.replace("m1.keys", "m1.kezs"),
            "unknown field `kezs`",
        ),
        (
            written.replace("m1.keys", "m_1.keys"),
            "missing field `keys`",
        ),
        (written.replace("m1.keys = ", "m0.keys = "), "duplicate key"),
        (written.replace("rules = 1\n", ""), "missing field `rules`"),
        (
            written.replace("\"chain\"\nhr", "\"chains\"\nhr"),
            "this is not `chain`, `person` or `anonymous`",
        ),
        (
            written.replace("chain = \"all\"", "chain = \"al\""),
            "this is not `all` or a number",
        ),
        (
            written.replace("to 2026-06-30", "2026-06-30"),
            "is not the first and the last day of a cycle",
        ),
        (
            written.replace("\"2026-02-01 m1\"", "\"2026-02-31 m1\""),
            "this is not a list of managers",
        ),
        (String::new(), "missing field `rules`"),
    ];
    for (text, message) in broken {
        std::fs::write(&path, &text).expect("a file");
        let found = accepted.found();
        assert!(matches!(found.status, LockStatus::Unreadable), "{message}");
        assert!(!found.permits_a_build());
        assert!(
            told(&found.report).contains(message),
            "{message} in {}",
            told(&found.report)
        );
        assert!(told(&found.report).starts_with("access.lock:"));
    }
    std::fs::remove_file(&path).expect("it is there");
    assert!(matches!(accepted.found().status, LockStatus::Missing));
    std::os::unix::fs::symlink("/etc/hostname", &path).expect("a link");
    assert!(matches!(accepted.found().status, LockStatus::Unreadable));
}

#[test]
fn a_lock_takes_a_line_or_two_a_person() {
    let people = company().members.len();
    let text = Lock::of(&World::new(&company()).valid()).to_string();
    let about_people = text
        .split("[people]")
        .nth(1)
        .expect("people")
        .trim()
        .lines()
        .count();
    assert!(about_people <= 2 * people, "{text}");
}

#[test]
fn nothing_is_gained_by_somebody_without_a_key() {
    let mut company = company();
    company.members.get_mut("m2").expect("m2").keys.clear();
    let accepted = Accepted::of(World::new(&company));
    let moved = accepted.change("people/m3/person.toml", "\"m1\"", "\"m2\"");
    let found = moved.found();
    assert!(found.permits_a_build());
    // And with a key, both is told at once: nothing slips through because it came in two steps.
    let key = format!("keys = [\"{}\"]", recipient(90));
    moved.change("people/m2/person.toml", "keys = []", &key).is_wider_by(&[
        "people/m3/person.toml:7:11: `m2` would read pages, confidential texts, 1:1s, talent mapping and improvement plans of `m3`",
    ]);
}

#[test]
fn a_difference_keeps_apart_what_is_read_and_what_is_promised() {
    let accepted = Accepted::new().change("rubrics/ic/track.toml", "\"org\"", "\"public\"");
    let present = Lock::of(&accepted.world.valid());
    let before = Lock::of(&World::new(&company()).valid());
    let found = lock::difference(&before, &present, &accepted.world.valid(), day(TODAY));
    assert!(matches!(found.gains[0].what, Gained::Unproven(_)));
    assert!(found.losing.is_empty());
}

#[test]
fn while_a_tree_is_written_the_lock_warns_and_stops_nothing_whatever_the_keys_are() {
    let root = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    let person = |number: u8, manager: &str| {
        let key = recipient(number);
        format!(
            "name = \"A\"\nstart = 2024-01-01\nkeys = [\"{key}\"]\n[[role]]\nfrom = 2024-01-01\n{manager}"
        )
    };
    write("gradus.toml", "name = \"A\"\n");
    write("people/ada/person.toml", &person(1, ""));
    write("people/grace/person.toml", &person(2, ""));
    let (org, _) = gradus::build::pipeline::load(root.path(), day(TODAY)).expect("a tree");
    accept(root.path(), &Lock::of(&org.expect("it is valid"))).expect("it can be written");
    let stand_in: gradus::tree::check::StandIn = Box::new(|person| {
        let number = if person.id.as_str() == "ada" {
            101
        } else {
            102
        };
        Some(recipient(number))
    });
    let mut rebuilder =
        gradus::build::rebuild::Rebuilder::new(root.path().to_owned(), Some(stand_in));
    let everything = [root.path().canonicalize().expect("it is there")].into();
    rebuilder.look(&everything, day(TODAY)).expect("a tree");
    assert_eq!(told(rebuilder.unaccepted()), "");
    write(
        "people/ada/person.toml",
        &person(1, "manager = \"grace\"\n"),
    );
    rebuilder.look(&everything, day(TODAY)).expect("a tree");
    let warnings = told(rebuilder.unaccepted());
    assert!(
        warnings.starts_with("people/ada/person.toml:6:11: `grace` would read "),
        "{warnings}"
    );
    assert!(!rebuilder.unaccepted().has_errors());
    assert!(rebuilder.organisation().is_some());
    let (org, _) = gradus::build::pipeline::load(root.path(), day(TODAY)).expect("a tree");
    accept(root.path(), &Lock::of(&org.expect("it is valid"))).expect("it can be written");
    rebuilder.look(&everything, day(TODAY)).expect("a tree");
    assert_eq!(told(rebuilder.unaccepted()), "");
}

#[test]
fn a_chain_that_reaches_somebody_once_a_role_begins_is_told_from_that_day_on() {
    let mut company = company();
    let above = super::company::Member::new(None, 60);
    company.members.insert("m9".into(), above);
    let to_come = (day("2027-02-01"), Some("m9".to_owned()));
    let first = company.members.get_mut("m0").expect("m0 is there");
    first.managers.push(to_come);
    let accepted = Accepted::of(World::new(&company));
    let short = accepted.change("gradus.toml", "\"all\"", "2");
    Accepted::of(short.world).change("gradus.toml", "chain = 2", "chain = 3").is_wider(
        "gradus.toml:35:9",
        "`m9` would read pages, confidential texts, talent mapping and improvement plans of `m3`, `m4`, `m5`, `m6` and 2 more, from 2027-02-01 on",
    );
}

#[test]
fn a_line_that_keeps_a_review_from_its_subject_is_told_before_the_review_is_shared() {
    let path = "people/m3/2026-h1/review.md";
    let kept = Accepted::new().change(path, "date", "readers = \"chain\"\ndate");
    Accepted::of(kept.world)
        .change(path, "readers = \"chain\"\n", "")
        .is_wider(
            &format!("{path}:1:1"),
            "this would be for `person`, so far for `chain`",
        );
    let asks = |readers: &str| question("proud", "manager", "Proud", readers);
    let kept = Accepted::new().add("gradus.toml", &asks("readers = \"chain\"\n"));
    Accepted::of(kept.world)
        .change("gradus.toml", &asks("readers = \"chain\"\n"), &asks(""))
        .is_wider(
            "gradus.toml:39:6",
            "answers to `proud` would be for `person`, so far for `chain`",
        );
}

#[test]
fn a_new_cycle_that_asks_a_restricted_question_for_more_people_is_told() {
    let mut asked = Accepted::new();
    let open = question("growth-of", "peer", "Growth", "");
    let cycle = format!("title = \"H2\"\nstart = 2026-07-01\nend = 2026-12-31\n{open}");
    asked.world.set("cycles/2026-h2.toml", &cycle);
    assert!(
        asked.found().permits_a_build(),
        "{}",
        told(&asked.found().report)
    );
    let mut kept = kept();
    kept.world.set("cycles/2026-h2.toml", &cycle);
    let message = "answers to `growth-of` would be for `chain`, so far for `pair`";
    kept.is_wider("cycles/2026-h2.toml:2:9", message);
}
