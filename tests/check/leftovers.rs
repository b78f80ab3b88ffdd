//! What systems and editors leave in a tree is named and not read, and stops nothing; what a link calls a file is found.

use std::os::unix::fs::symlink;

use super::tree::Tree;

/// Left by systems, editors, programs that synchronise folders, and forges.
const LEFTOVERS: [&str; 12] = [
    "desktop.ini",
    "Thumbs.db",
    "README.md",
    "README",
    "#self.md#",
    "self.md~",
    "self.md.orig",
    "self.md.swp",
    "l1 (1).md",
    "2026-h1 (2).toml",
    "review (conflicted copy 2026-07-01).md",
    "person.sync-conflict-20260701-101500-ABCDEFG.toml",
];

const FOLDERS: [&str; 6] = [
    "people",
    "people/ada",
    "people/ada/2026-h1",
    "management",
    "rubrics",
    "cycles",
];

#[test]
fn leftovers_in_any_folder_are_named_and_stop_nothing() {
    for folder in FOLDERS {
        for name in LEFTOVERS {
            Tree::sample()
                .with(&format!("{folder}/{name}"), "left")
                .about(&format!("{folder}/{name}"))
                .complains(&["W001"]);
        }
    }
}

#[test]
fn hidden_names_are_left_alone_and_links_of_such_names_too() {
    for folder in FOLDERS {
        let tree = Tree::sample().with(&format!("{folder}/.DS_Store"), "left");
        // As Emacs locks a file that is being edited.
        let lock = tree.root().join(folder).join(".#self.md");
        symlink("ada@host.4711:1782900000", lock).expect("a link");
        tree.complains(&[]);
    }
}

#[test]
fn a_link_finds_its_attachment_however_the_two_names_are_written() {
    for (file, link) in [
        ("u\u{308}ber.png", "files/%C3%BCber.png"),
        ("\u{fc}ber.png", "files/u\u{308}ber.png"),
        ("image (2).png", "files/image%20%282%29.png"),
        ("a.png", "./files/a.png"),
        ("100%.png", "files/100%25.png"),
    ] {
        Tree::sample()
            .with(&format!("people/ada/2026-h1/files/{file}"), "pixels")
            .with(
                "people/ada/2026-h1/self.md",
                &format!("+++\nby = \"ada\"\n+++\n\n![x](<{link}>)\n"),
            )
            .complains(&[]);
    }
}
