//! `docs/keys.md`, made from the declarations.
//!
//! `GRADUS_WRITE_DOCS=1 cargo test --lib the_page_of_keys` writes it anew.

use std::fmt::Write;

use super::{Holds, KINDS, Key, Kind};

const OPENING: &str = "\
# Every key of every file

Made from the same declarations as the schemas that `gradus schema` prints. `[]` after a key is a list, so in TOML a table
below `[[key]]`; `<name>` stands for a name of your own. Required keys are **bold**, those of a table where the table is there.
Examples of whole files are in [files.md](files.md).
";

fn page() -> String {
    let mut text = OPENING.to_owned();
    for kind in KINDS {
        text += &section(kind);
    }
    text
}

fn section(kind: &Kind) -> String {
    let part = if kind.is_front_matter {
        ", front matter"
    } else {
        ""
    };
    let mut text = format!(
        "\n## {}\n\n`{}`{part}: {}\n\n",
        kind.id, kind.files, kind.about
    );
    text += "| key | holds | |\n|---|---|---|\n";
    rows(&mut text, "", kind.keys);
    text
}

fn rows(text: &mut String, before: &str, keys: &[Key]) {
    for key in keys {
        let path = format!("{before}{}", key.name);
        let shown = if key.is_required {
            format!("**`{path}`**")
        } else {
            format!("`{path}`")
        };
        let _ = writeln!(text, "| {shown} | {} | {} |", words(&key.holds), key.about);
        below(text, &path, &key.holds);
    }
}

/// The keys of tables within.
fn below(text: &mut String, path: &str, holds: &Holds) {
    match holds {
        Holds::Table(keys) => rows(text, &format!("{path}."), keys),
        Holds::Open(keys, _) => rows(text, &format!("{path}."), keys),
        Holds::Map(_, of) => below(text, &format!("{path}.<name>"), of),
        Holds::List(of) => below(text, &format!("{path}[]"), of),
        Holds::Either(of) => of.iter().for_each(|one| below(text, path, one)),
        _ => {}
    }
}

fn words(holds: &Holds) -> String {
    match holds {
        Holds::Text | Holds::Value => "a text".into(),
        Holds::Prose => "markdown".into(),
        Holds::Date | Holds::Past => "a date".into(),
        Holds::Flag => "`true` or `false`".into(),
        Holds::Number(least, most) => format!("{least} to {most}"),
        Holds::Range => "`[least, most]`".into(),
        Holds::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Holds::Like(form) => form.name().into(),
        Holds::List(of) => format!("a list: {}", words(of)),
        Holds::Either(of) => of.iter().map(words).collect::<Vec<_>>().join("; or "),
        Holds::Table(_) | Holds::Open(..) => "a table".into(),
        Holds::Map(_, of) => format!("by name: {}", words(of)),
    }
}

#[test]
fn the_page_of_keys_is_the_one_made_from_the_declarations() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
    if std::env::var_os("GRADUS_WRITE_DOCS").is_some() {
        std::fs::write(path, page()).expect("the docs can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page(),
        "`GRADUS_WRITE_DOCS=1 cargo test --lib the_page_of_keys` writes docs/keys.md anew"
    );
}
