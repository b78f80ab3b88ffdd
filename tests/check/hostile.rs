//! Trees that mean harm: every one gets a complaint, and none a panic or a read outside.

use super::tree::Tree;

const SELF: &str = "people/ada/2026-h1/self.md";
const PLAN: &str = "people/ada/2026-h1/plan.toml";

fn codes(tree: &Tree) -> Vec<&'static str> {
    let mut codes: Vec<_> = tree.diagnostics().iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_behind_a_link_out_of_the_tree_is_ever_read() {
        let outside = Tree::empty()
            .with("self.md", "+++\nby = \"canary\"\n+++\n")
            .with("d/person.toml", "canary = 1");
        let tree = Tree::sample();
        symlink(outside.root().join("self.md"), tree.root().join(SELF)).expect("a link");
        symlink(outside.root().join("d"), tree.root().join("people/eve")).expect("a link");
        assert_eq!(codes(&tree), ["E004"]);
        assert!(!format!("{:?}", tree.check()).contains("canary"));
    }

    #[test]
    fn links_within_the_tree_are_followed() {
        let tree = Tree::sample().with(
            "shared/self.md",
            "+++\nby = \"ada\"\n+++\n## results\nwords\n",
        );
        symlink("../../../shared/self.md", tree.root().join(SELF)).expect("a link");
        let organisation = tree.check().0.expect("no errors");
        let cycles = &organisation.people["ada"].cycles["2026-h1"];
        assert_eq!(
            cycles.self_assessment.as_ref().map(|f| f.answers.len()),
            Some(1)
        );
    }

    /// Each would show its readers what lies elsewhere for others.
    #[test]
    fn links_from_one_place_to_another_are_refused() {
        let ways = [
            (
                "../../../../.gradus/site.key",
                "people/ada/2026-h1/files/k.txt",
            ),
            (
                "../../../../management/2026-h1/ada.toml",
                "people/ada/2026-h1/files/n.txt",
            ),
            ("../../../../ada.key.txt", "people/ada/2026-h1/files/n.txt"),
            ("../../../management/2026-h1", "people/ada/2026-h1/files"),
            ("../../management/notes/ada.md", "people/ada/checkins.md"),
            ("../../../people/grace/2026-h1/self.md", SELF),
            ("grace", "people/bob"),
            ("../../management", "people/ada/2025-h1"),
            ("ada.toml", "management/2026-h1/grace.toml"),
            ("../.gradus", "cycles/x"),
        ];
        for (to, at) in ways {
            let mut tree = Tree::sample();
            for path in [
                ".gradus/site.key",
                "ada.key.txt",
                "management/2026-h1/ada.toml",
                "management/notes/ada.md",
                "people/grace/2026-h1/self.md",
            ] {
                tree = tree.with(path, "canary");
            }
            if tree.root().join(at).exists() {
                tree = tree.without(at);
            }
            let place = tree.root().join(at);
            std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            symlink(to, &place).expect("a link");
            let (_, report) = tree.check();
            let told = report.diagnostics.iter();
            let told: Vec<_> = told.filter(|one| one.code == "E004").collect();
            assert_eq!(told.len(), 1, "{at} -> {to}: {:?}", report.diagnostics);
            assert!(
                told[0].message.contains("to another part of the tree"),
                "{at}"
            );
        }
    }

    #[test]
    fn links_in_a_circle_and_to_nowhere_end() {
        let tree = Tree::sample();
        symlink("../ada", tree.root().join("people/ada/2025-h1")).expect("a link");
        symlink("nowhere", tree.root().join(SELF)).expect("a link");
        assert_eq!(codes(&tree), ["E004"]);
    }

    #[test]
    fn gradus_toml_itself_may_not_lead_outside() {
        let outside = Tree::empty().with("gradus.toml", "name = \"canary\"\n");
        let tree = Tree::sample().without("gradus.toml");
        symlink(
            outside.root().join("gradus.toml"),
            tree.root().join("gradus.toml"),
        )
        .expect("a link");
        assert_eq!(codes(&tree), ["E004"]);
    }

    #[test]
    fn a_pipe_is_never_opened() {
        let tree = Tree::sample();
        let path = tree.root().join(SELF);
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
        assert_eq!(codes(&tree), ["E005"]);
    }

    #[test]
    fn a_file_that_may_not_be_read_is_said_to_be_so() {
        use std::os::unix::fs::PermissionsExt;
        let tree = Tree::sample().with(PLAN, "");
        let path = tree.root().join(PLAN);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000))
            .expect("permissions");
        if std::fs::read(&path).is_err() {
            assert_eq!(codes(&tree), ["E001"]); // the superuser may read everything
        }
    }

    #[test]
    fn names_that_differ_only_in_case_are_refused_where_both_can_exist() {
        let tree = Tree::sample()
            .with(PLAN, "")
            .with("people/ada/2026-h1/PLAN.toml", "");
        let both = std::fs::read_dir(tree.root().join("people/ada/2026-h1"))
            .expect("a directory")
            .count();
        if both == 4 {
            assert!(codes(&tree).contains(&"E007"));
        }
    }
}

#[test]
fn two_mebibytes_are_refused_unread() {
    let tree = Tree::sample().with_bytes(SELF, &vec![b'a'; 2 * 1024 * 1024]);
    assert_eq!(codes(&tree), ["E003"]);
}

#[test]
fn deep_toml_is_refused() {
    let deep = [
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}", "{a=".repeat(200_000)),
        format!("{}a = 1", "a.".repeat(400_000)),
        format!("[{}a]", "a.".repeat(400_000)),
    ];
    for text in deep {
        let tree = Tree::sample().with(PLAN, &text);
        assert!(codes(&tree).contains(&"E010"), "{:.20}", text);
    }
}

#[test]
fn deep_markdown_is_refused() {
    let nested: String = (0..400)
        .map(|n| format!("{}- x\n", "  ".repeat(n)))
        .collect();
    let deep = [
        ">".repeat(900_000),
        "> ".repeat(400_000),
        "- ".repeat(400_000) + "x",
        "1. ".repeat(300_000) + "x",
        "> - ".repeat(200_000) + "x",
        nested,
    ];
    for text in deep {
        let tree = Tree::sample().with(SELF, &format!("+++\nby = \"ada\"\n+++\n{text}\n"));
        assert_eq!(codes(&tree), ["E017"], "{:.20}", text);
        let toml = format!("[[goal]]\ntext = '''\n{text}\n'''\n");
        assert_eq!(
            codes(&Tree::sample().with(PLAN, &toml)),
            ["E017"],
            "{:.20}",
            text
        );
    }
}

#[test]
fn markdown_bombs_end() {
    for text in [
        "[".repeat(500_000),
        "*a ".repeat(200_000),
        "![](".repeat(100_000),
        "`".repeat(1_000_000 - 100),
        "[a](b)".repeat(100_000),
        "<a ".repeat(200_000),
    ] {
        let tree = Tree::sample().with(SELF, &format!("+++\nby = \"ada\"\n+++\n{text}\n"));
        codes(&tree);
    }
}

#[test]
fn a_hundred_thousand_keys_get_a_bounded_answer() {
    let keys: String = (0..80_000).map(|n| format!("k{n} = 1\n")).collect();
    let tree = Tree::sample().with(PLAN, &keys);
    assert_eq!(tree.diagnostics().len(), 501);
}

#[test]
fn empty_files_and_odd_bytes_are_refused_without_a_panic() {
    let files: Vec<&str> = super::tree::sample()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    for path in files.into_iter().chain([
        SELF,
        PLAN,
        "people/ada/checkins.md",
        "management/2026-h1/ada.toml",
        "management/notes/ada.md",
    ]) {
        for bytes in [
            &b""[..],
            b"\0",
            b"+++",
            b"+++\n+++",
            b"+++\n\n+++\n",
            b"\xEF\xBB\xBF",
            b"\xFF\xFE",
            b"[[",
            b"## ",
            b"\r\n\r",
        ] {
            Tree::sample().with_bytes(path, bytes).check();
        }
    }
}

#[test]
fn a_directory_where_a_file_belongs_is_refused_everywhere() {
    for (path, _) in super::tree::sample() {
        let tree = Tree::sample().without(path).with_directory(path);
        assert!(codes(&tree).contains(&"E005"), "{path}");
    }
}

#[test]
fn a_directory_without_gradus_toml_is_no_organisation() {
    assert!(gradus::tree::source::load(&Tree::empty().root()).is_err());
    assert!(gradus::tree::source::load(std::path::Path::new("/nowhere/at/all")).is_err());
}
