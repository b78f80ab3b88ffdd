//! Answers that run into one another, and definitions that belong to a whole file.

use gradus::domain::model::AnswerTo;
use gradus::ground::diag::Severity;

use super::tree::Tree;

const FRONT: &str = "+++\nby = \"linus\"\n+++\n\n";

/// A tree in which peers are asked one thing for the chain, and one for the subject too.
fn tree(peer: &str) -> Tree {
    let question = |id: &str, more: &str| {
        format!(
            "[[question]]\nid = \"{id}\"\nfor = \"peer\"\ntitle = \"Title of {id}\"\nprompt = \"Prompt\"\n{more}"
        )
    };
    let questions = [
        question("more-less", ""),
        question("seen", ""),
        question("thanks", "readers = \"person\"\n"),
    ];
    let settings = format!("name = \"Tiny\"\n{}", questions.concat());
    Tree::sample().with("gradus.toml", &settings).with(
        "people/ada/2026-h1/peer-linus.md",
        &format!("{FRONT}{peer}"),
    )
}

fn codes(tree: &Tree) -> Vec<&'static str> {
    let said = tree.diagnostics().into_iter();
    said.map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_heading_that_is_none_is_an_error_between_readers_and_a_warning_among_them() {
    for heading in [
        "##more-less",
        "# more-less",
        "### more-less",
        "##\u{a0}more-less",
        "more-less\n---------",
        "**more-less**",
        "**Title of more-less:**",
        "<h2>more-less</h2>",
        "> ## more-less",
        "- ## more-less",
        "more-less",
        "    ## more-less",
        "```\ncode\n```sh\n\n## more-less",
        "```\n## more-less\n```",
        "\\## more-less",
        "＃＃ more-less",
        "words ## more-less",
        "##more-lss",
        "Title of\nmore-less",
        "**Title** of more-less",
        "- [x] Title of more-less",
        "Q4. more-less",
        "more-less: Title of more-less",
        "Title of more-less!",
        "**Title of more-less.** In one line",
        "Title of more-less: in one line",
        "more-less: in one line",
        "more-less (optional)",
        "So it was.\nmore-less: in one line",
        "Title of more-less and others:",
        "- item\n- more-less: in one line",
        "| question | answer |\n|---|---|\n| more-less | words |",
        "Title of more-less, part 2",
        "| Title of more-less | words |",
        "### Question 2 of 4: Title of more-less",
        "**Not for Ada to read: Title of more-less**",
        "Question 2 of 4: Title of more-less",
        "### Title of more-less, for the chain and not for Ada",
    ] {
        let between = tree(&format!("## thanks\n\nwords\n\n{heading}\n\nmore words\n"));
        let said = codes(&between);
        assert!(said.contains(&"E035"), "{heading:?}: {said:?}");
        let among = tree(&format!("## seen\n\nwords\n\n{heading}\n\nmore words\n"));
        let errors = among
            .diagnostics()
            .into_iter()
            .filter(|d| d.severity == Severity::Error);
        let errors: Vec<_> = errors
            .map(|d| d.code)
            .filter(|code| *code != "E036")
            .collect();
        assert_eq!(errors, Vec::<&str>::new(), "{heading:?}");
    }
}

#[test]
fn honest_texts_are_no_headings() {
    for text in [
        "She did more or less what we agreed.\n\n- more\n- less",
        "```\n# build\nmore-less --all\n```",
        "I have seen: leads, yes.",
        "What I have\nseen: leads, yes.",
        "I wish I had seen\nmore-less.",
        "### Of my own\n\n**Bold** and more\n\n---\n\nwords\n\n> quoted\n\n| a | b |\n|---|---|\n| c | d |",
        "<!-- more-less -->",
        "<!--\n## more-less\n\nwords of last year\n-->",
        "```\nmore-less: 3\nseen\n```",
        "This line is as long as lines are that are broken at some width, and what she has\nseen",
        "One title\n=======\n\nwords",
        "Readers: those of the log, and of her notes, too.",
        "In short: seen.",
        "#seen #log (her words)",
        "words <!-- a --> words\n\n<!--\nto do\n-->\n\nwords",
        "`## more-less and others`",
    ] {
        let said = codes(&tree(&format!("## thanks\n\n{text}\n")));
        assert_eq!(said, Vec::<&str>::new(), "{text:?}");
    }
}

#[test]
fn what_is_answered_elsewhere_was_not_meant_to_begin_there() {
    for text in [
        "```md\n## more-less\n\nwords\n```",
        "| x | Title of more-less |",
        "Title of more-less: less of it, in short",
        "**Title of more-less** in short",
        "more-less: less of it",
    ] {
        let alone = format!("## thanks\n\n{text}\n");
        assert!(codes(&tree(&alone)).contains(&"E035"), "{text:?}");
        let both = format!("{alone}\n## more-less\n\nwords of her own\n");
        assert_eq!(codes(&tree(&both)), Vec::<&str>::new(), "{text:?}");
        for placeholder in ["", "n/a", "-", "see below"] {
            let unanswered = format!("{alone}\n## more-less\n\n{placeholder}\n");
            assert!(codes(&tree(&unanswered)).contains(&"E035"), "{text:?}");
        }
    }
}

#[test]
fn entries_begin_with_a_day_in_one_spelling_alone() {
    for heading in [
        "##2026-04-01",
        "**2026-04-01**",
        "Thu 2 April 2026",
        "**March 5th, 2026**",
        "# 2026/04/01 Next",
        "**1. April 2026**",
        "April 1, 2026",
        "<h2>01.04.2026</h2>",
        "words ## 2026-04-01",
    ] {
        let text = format!("## 2026-03-20\n\nwords\n\n{heading}\n\nmore\n");
        let tree = Tree::sample().with("people/ada/checkins.md", &text);
        let said = codes(&tree);
        assert!(said.contains(&"E035"), "{heading:?}: {said:?}");
    }
}

#[test]
fn seven_signs_of_equality_are_a_mark_of_a_merge_or_an_underline() {
    for (text, is_merge) in [
        ("one\n=======", false),
        ("words\n\none\n=======\n\nwords", false),
        ("one\n\n=======\n\ntwo", true),
        ("one\nand more\n=======\ntwo", true),
        ("<<<<<<< HEAD\n\none\n=======\ntwo", true),
        ("one\n=======\ntwo\n>>>>>>> theirs", true),
        ("```\n=======\n```", false),
    ] {
        let said = codes(&tree(&format!("## thanks\n\n{text}\n")));
        assert_eq!(said.contains(&"E034"), is_merge, "{text:?}: {said:?}");
    }
}

#[test]
fn what_is_open_at_the_end_is_an_error_where_readers_differ() {
    for open in [
        "```sh\ncode",
        "<!-- later",
        "<pre>\nwords",
        "```\ncode\n```sh",
    ] {
        let said = codes(&tree(&format!("## thanks\n\n{open}\n")));
        assert_eq!(said, ["E036"], "{open:?}");
    }
}

#[test]
fn a_definition_within_a_paragraph_is_an_error() {
    for text in [
        "See [the log][log].\n[log]: https://a.example/log",
        "See [the log][log].\n  [log]: https://a.example/log \"title\"",
        "- See [the log][log].\n  [log]: https://a.example/log",
    ] {
        let said = codes(&tree(&format!("## thanks\n\n{text}\n")));
        assert!(said.contains(&"E038"), "{text:?}: {said:?}");
    }
    let said = codes(&tree("## thanks\n\nwords\n[sic]: what she said\n"));
    assert_eq!(said, Vec::<&str>::new());
}

#[test]
fn a_note_that_is_written_wrongly_is_an_error() {
    for (text, is_wrong) in [
        ("One.[^1]\n\n[^1]: Note.\n\n  It goes on.", true),
        ("One.[^1]\n\n[^1]: Two said so:\n- this", true),
        ("One.[^1]\n\n[^1] : Note.", true),
        ("One.[^1]\n\n[^1] Note.", true),
        ("One.[^1]\n\n\\[^1]: Note.", true),
        ("One.[^1]\n\n[^1]: Note.\n\n    It goes on.", false),
        ("One.[^1]\n\n[^1]: Note\nthat goes on.", false),
        ("One.[^1]\n\n[^1]: Note.\n\nText goes on.", false),
        ("One.[^1] Two.[^N]\n\n[^1]: Note.\n[^n]: Another.", false),
        ("[^1] says it.\n\n[^1]: Note.", false),
        (
            "One.[^1]\n\n[^1]: Note.[^2]\n\n    [^2]: Inner.\n\n    Outer.",
            false,
        ),
        ("```\n[^1] : code\n```", false),
    ] {
        let said = codes(&tree(&format!("## thanks\n\n{text}\n")));
        assert_eq!(said.contains(&"E038"), is_wrong, "{text:?}: {said:?}");
    }
}

#[test]
fn a_definition_goes_with_each_answer_that_uses_it_and_with_no_other() {
    let text = "[up]: https://a.example/up\n\n## more-less\n\n    code\n\nOne[^1], [a log][log].\n\n## seen\n\nTwo[^both], [up].\n\n\
                ## thanks\n\nThree[^both].\n\n[log]: files/graph.png\n[^1]: note of [one][up].\n\n    It goes on.\n[^both]: of both.\n";
    let (organisation, report) = tree(text).check();
    assert_eq!(report.diagnostics, []);
    let organisation = organisation.expect("no errors");
    let person = organisation
        .people
        .values()
        .find(|person| person.id.as_str() == "ada");
    let cycle = person
        .expect("ada is there")
        .cycles
        .values()
        .find(|cycle| !cycle.peers.is_empty());
    let peer = cycle
        .expect("a cycle with peers")
        .peers
        .values()
        .next()
        .expect("a peer");
    let answers: Vec<&str> = peer
        .feedback
        .answers
        .iter()
        .map(|answer| answer.text.as_str())
        .collect();
    assert_eq!(
        answers,
        [
            "[log]: files/graph.png\n[up]: https://a.example/up\n\n    code\n\nOne[^1], [a log][log].\n\n[^1]: note of [one][up].\n\n    It goes on.\n",
            "[up]: https://a.example/up\n\nTwo[^both], [up].\n\n[^both]: of both.\n",
            "Three[^both].\n\n[^both]: of both.\n",
        ]
    );
    assert!(
        peer.feedback
            .answers
            .iter()
            .all(|answer| answer.to != AnswerTo::Preamble)
    );
}

#[test]
fn the_example_has_no_text_of_this_kind() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    let (_, report) = super::tree::check_at(&root);
    let of_this_kind = [
        "E034", "E035", "E036", "E037", "E038", "W040", "W041", "W042", "W043",
    ];
    let said = report.diagnostics.iter();
    let said: Vec<_> = said
        .filter(|one| of_this_kind.contains(&one.code))
        .collect();
    assert!(said.is_empty(), "{said:?}");
}
