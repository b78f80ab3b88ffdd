//! `gradus schema`: JSON Schemas of the tree's files, for editors.

use std::path::Path;

use crate::ground::diag;
use crate::tree::schema::{self, KINDS, Kind, schema_text};

use crate::cli::args;

use super::{Failure, Here, Message, shell};

/// Prints the schema of a kind, lists the kinds, or writes all schemas into a folder.
///
/// # Errors
///
/// There is no such kind, or the folder cannot be written.
pub fn run(here: &Here, args: &args::Schema) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        return write_all(here, &here.path(out));
    }
    match args.kind.as_deref() {
        Some(id) => shell::print(schema_text(known(id)?).as_bytes()),
        None => shell::print(list().as_bytes()),
    }
}

fn known(id: &str) -> Result<&'static Kind, Failure> {
    schema::kind(id).ok_or_else(|| {
        let ids: Vec<&str> = KINDS.iter().map(|kind| kind.id).collect();
        let message = Message::new(format!("there is no kind of file `{id}`"));
        let near = diag::did_you_mean(id, ids.iter().copied());
        Failure::Usage(
            message
                .help(format!("kinds are {}", ids.join(", ")))
                .maybe_help(near),
        )
    })
}

fn list() -> String {
    let line = |kind: &Kind| format!("{:<14}{:<30}{}\n", kind.id, kind.files, kind.about);
    KINDS.iter().map(line).collect()
}

/// Schemas are made, not written: those that are there are replaced.
fn write_all(here: &Here, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|e| Failure::environment(&format!("could not make `{}`", folder.display()), e))?;
    for kind in KINDS {
        let path = folder.join(format!("{}.json", kind.id));
        std::fs::write(&path, schema_text(kind)).map_err(|e| {
            Failure::environment(&format!("could not write `{}`", path.display()), e)
        })?;
    }
    here.say(&format!(
        "wrote {} schemas to {}",
        KINDS.len(),
        folder.display()
    ));
    Ok(())
}
