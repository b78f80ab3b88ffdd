//! `gradus mv`: a person under another id.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build::pipeline;
use crate::domain::access::Lock;
use crate::sealed::keys as library_keys;
use crate::tree::at_rest::SealTo;
use crate::tree::scaffold::{self, Edit, Rename};
use crate::tree::source::{ACCESS_LOCK, SEALED_ENDING, Sources, access_lock};

use super::{Failure, Here, Message, at_rest, closed_sources, keys, read};
use crate::cli::args::Mv;

/// Renames a person: all of it, or nothing.
///
/// # Errors
///
/// The two names are not those of a person and of nobody, a file cannot be understood, or one cannot be written.
pub fn run(here: &Here, args: &Mv) -> Result<(), Failure> {
    let root = here.organisation()?;
    let sources = Sources::of(&keys::settings(here, &root)?);
    let [from, to] = [&args.from, &args.to].map(|path| id_of(path, &sources));
    let (from, to) = (from?, to?);
    let _held = library_keys::hold(&root)?;
    let source = read(here, &root)?;
    let closed = pipeline::closed(&source);
    if !closed.is_empty() {
        return Err(closed_sources(&closed));
    }
    let rename = scaffold::rename(&source, from, to)?;
    let lock = lock(&root, &rename)?;
    let seal_to = seal_to(&root, &rename)?;
    let edits = rename.edits.iter().chain(&lock);
    let edits = edits.map(|edit| Replacement::of(&root, edit, seal_to.as_ref()));
    let work = Work {
        edits: edits.collect::<Result<_, _>>()?,
        moves: rename
            .moves
            .iter()
            .map(|(from, to)| (root.join(from), root.join(to)))
            .collect(),
    };
    work.is_possible()?;
    if !args.dry_run {
        work.run()?;
    }
    say(here, args.dry_run, &rename, lock.as_ref());
    Ok(())
}

/// The id in `people/ID`, as it is typed or as it lies.
fn id_of<'p>(path: &'p str, sources: &Sources) -> Result<&'p str, Failure> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let within = |folder: &str| path.strip_prefix(folder)?.strip_prefix('/');
    let id = within("people").or_else(|| within(&sources.people));
    let id = id.map(|id| id.trim_end_matches('/'));
    id.filter(|id| !id.is_empty() && !id.contains('/'))
        .ok_or_else(|| {
            let what = format!("`{path}` is not the folder of a person");
            let help = "people alone are renamed: `gradus mv people/OLD people/NEW`, from anywhere in the organisation";
            Failure::Usage(Message::new(what).help(help))
        })
}

/// What becomes of the access lock, where it names the person.
fn lock(root: &Path, rename: &Rename) -> Result<Option<Edit>, Failure> {
    let unreadable = |why: &str| {
        let what = format!("`{ACCESS_LOCK}` cannot be read: {why}");
        let help = "`gradus check` says what is wrong with it; nothing was changed";
        Failure::Broken(Message::new(what).help(help))
    };
    let text = access_lock(root).map_err(|_| unreadable("it is no plain file of text"))?;
    let Some(before) = text else { return Ok(None) };
    let accepted = Lock::parse(&before).map_err(|mistake| unreadable(&mistake.message))?;
    let Rename { from, to, .. } = rename;
    if accepted.people.contains_key(from) && accepted.people.contains_key(to) {
        let what = format!("`{ACCESS_LOCK}` knows another `{to}`, who was in the tree before");
        let help =
            "choose another id; or accept first that they are gone, with `gradus access --accept`";
        return Err(Failure::Broken(Message::new(what).help(help)));
    }
    let renamed = accepted.clone().renamed(from, to);
    if renamed == accepted {
        return Ok(None);
    }
    let after = renamed.to_string();
    let lines = before.lines().zip(after.lines());
    Ok(Some(Edit {
        path: ACCESS_LOCK.to_owned(),
        places: lines.filter(|(before, after)| before != after).count(),
        before,
        after,
    }))
}

/// Whom changed sealed sources are sealed to. `None` if none changes.
fn seal_to(root: &Path, rename: &Rename) -> Result<Option<SealTo>, Failure> {
    let is_sealed = |edit: &Edit| edit.path.ends_with(SEALED_ENDING);
    let sealed = rename.edits.iter().any(is_sealed);
    sealed
        .then(|| at_rest::recipients(Some(root), &[]))
        .transpose()
}

/// A file whose bytes change.
struct Replacement {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Replacement {
    fn of(root: &Path, edit: &Edit, seal_to: Option<&SealTo>) -> Result<Self, Failure> {
        let path = root.join(&edit.path);
        let failed =
            |error| Failure::environment(&format!("could not read `{}`", edit.path), error);
        let before = fs::read(&path).map_err(failed)?;
        let after = match seal_to.filter(|_| edit.path.ends_with(SEALED_ENDING)) {
            Some(to) => to.seal(edit.after.as_bytes()),
            None => {
                let mark = before.len().saturating_sub(edit.before.len());
                let (mark, held) = before.split_at(mark);
                if held != edit.before.as_bytes() {
                    return Err(changed(&edit.path));
                }
                [mark, edit.after.as_bytes()].concat()
            }
        };
        Ok(Self {
            path,
            before,
            after,
        })
    }
}

fn changed(path: &str) -> Failure {
    let what = format!("`{path}` was changed in the meantime");
    Failure::Environment(Message::new(what).help("run the command again; nothing was changed"))
}

/// What is to be done on the disk. The person's folder moves last: whoever stops the program amid finds it where it was, and
/// runs the command again.
struct Work {
    edits: Vec<Replacement>,
    moves: Vec<(PathBuf, PathBuf)>,
}

impl Work {
    /// Looks for what would be in the way before anything changes.
    fn is_possible(&self) -> Result<(), Failure> {
        for edit in &self.edits {
            if edit.path.is_symlink() {
                let what = format!(
                    "`{}` is a link, and would have to change",
                    edit.path.display()
                );
                let help = "put the file itself there; nothing was changed";
                return Err(Failure::Environment(Message::new(what).help(help)));
            }
        }
        for (_, to) in &self.moves {
            let sealed = PathBuf::from(format!("{}{SEALED_ENDING}", to.display()));
            let mut taken = [to, &sealed].into_iter();
            if let Some(taken) = taken.find(|path| path.symlink_metadata().is_ok()) {
                let what = format!("`{}` is there already", taken.display());
                let help = "nothing is overwritten, and nothing was changed; move it away";
                return Err(Failure::Environment(Message::new(what).help(help)));
            }
        }
        Ok(())
    }

    /// Does everything, or puts everything back.
    fn run(&self) -> Result<(), Failure> {
        let (mut edited, mut moved) = (0, 0);
        let result = self.attempt(&mut edited, &mut moved);
        result.map_err(|failure| match self.put_back(edited, moved) {
            Ok(()) => failure.note("everything is as it was"),
            Err(left) => failure.note(&format!("this could not be put back: {left}")),
        })
    }

    fn attempt(&self, edited: &mut usize, moved: &mut usize) -> Result<(), Failure> {
        for Replacement {
            path,
            before,
            after,
        } in &self.edits
        {
            library_keys::replace_file(path, before, after)?;
            *edited += 1;
        }
        for (from, to) in &self.moves {
            let what = || format!("could not move `{}`", from.display());
            fs::rename(from, to).map_err(|error| Failure::environment(&what(), error))?;
            *moved += 1;
        }
        Ok(())
    }

    fn put_back(&self, edited: usize, moved: usize) -> Result<(), String> {
        for (from, to) in self.moves[..moved].iter().rev() {
            fs::rename(to, from).map_err(|error| format!("`{}`: {error}", from.display()))?;
        }
        for Replacement {
            path,
            before,
            after,
        } in self.edits[..edited].iter().rev()
        {
            let put = library_keys::replace_file(path, after, before);
            put.map_err(|error| format!("`{}`: {error}", path.display()))?;
        }
        Ok(())
    }
}

/// Says what changed, or would.
fn say(here: &Here, would: bool, rename: &Rename, lock: Option<&Edit>) {
    let verbs = if would {
        ["would change", "would move"]
    } else {
        ["changed", "moved"]
    };
    let edits: Vec<&Edit> = rename.edits.iter().chain(lock).collect();
    let places = |edit: &Edit| match edit.places {
        1 => "1 place".to_owned(),
        places => format!("{places} places"),
    };
    here.say_each(&edits, |edit| {
        format!("{} {} in {}", verbs[0], places(edit), edit.path)
    });
    let moves: Vec<_> = rename.moves.iter().rev().collect();
    here.say_each(&moves, |(from, to)| format!("{} {from} to {to}", verbs[1]));
    let Rename { from, to, .. } = rename;
    if rename.unlocks_by_id {
        here.say(&format!(
            "they unlock by the login `{to}` from the next build on; `login = \"{from}\"` in their person.toml keeps the old name"
        ));
    }
    if would {
        here.say("nothing was changed; without `--dry-run`, all of it is, or nothing");
        return;
    }
    here.say(&format!(
        "`{from}` is `{to}` now; commit it in one commit, so that git follows what was agreed"
    ));
    let sealed = rename
        .edits
        .iter()
        .filter(|edit| edit.path.ends_with(SEALED_ENDING));
    if sealed.count() > 0 {
        here.say(
            "sealed files that changed are sealed to `[sources] recipients`, and to nobody else",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_amid_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["one", "other"] {
            fs::write(at(name), "by ada").unwrap();
        }
        let edit = |name: &str| Replacement {
            path: at(name),
            before: b"by ada".to_vec(),
            after: b"by eva".to_vec(),
        };
        let work = Work {
            edits: vec![edit("one"), edit("other")],
            moves: vec![(at("other"), at("moved")), (at("missing"), at("there"))],
        };
        assert!(work.run().is_err());
        for name in ["one", "other"] {
            assert_eq!(fs::read_to_string(at(name)).unwrap(), "by ada", "{name}");
        }
        assert!(!at("moved").exists());
    }
}
