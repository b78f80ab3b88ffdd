//! What editors read: `.taplo.toml` and the schemas beside it.

use super::{KINDS, Kind, json_schema};

/// The directory of the schemas, below the organisation. It is kept in git, so that everyone's editor knows the keys.
pub const SCHEMAS: &str = ".taplo";

/// The settings and the schemas, by path: what `init` writes.
pub fn editor_files() -> Vec<(String, String)> {
    let mut files = vec![(".taplo.toml".to_owned(), settings())];
    for kind in whole_files() {
        let path = format!("{SCHEMAS}/{}.json", kind.id);
        files.push((path, schema_text(kind)));
    }
    files
}

/// A schema as its file holds it.
pub fn schema_text(kind: &Kind) -> String {
    format!("{:#}\n", json_schema(kind))
}

/// Those that editors read as TOML; front matter stands in markdown.
fn whole_files() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| !kind.is_front_matter)
}

fn settings() -> String {
    let mut text = "\
# For editors that read TOML by Taplo (https://taplo.tamasfe.dev): completes and explains the keys of this tree.
# `gradus schema --out .taplo` writes the schemas anew after an update.
"
    .to_owned();
    for kind in whole_files() {
        // Of rubrics, those of earlier years too; a level is every file beside the track's.
        let files = kind.files.replacen("rubrics/", "rubrics*/", 1);
        let exclude = match kind.id {
            "level" => "exclude = [\"**/track.toml\"]\n",
            "cycle" => "exclude = [\"**/*.figures.toml\"]\n",
            _ => "",
        };
        text += &format!(
            "\n[[rule]]\ninclude = [\"**/{files}\"]\n{exclude}schema = {{ path = \"{SCHEMAS}/{}.json\" }}\n",
            kind.id
        );
    }
    text
}
