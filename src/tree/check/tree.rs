//! Words for what is wrong with the tree itself.

use super::codes::{self, Rule};
use super::complaints::Complaints;
use crate::tree::source::{FILE_MAX_BYTES, Problem, ProblemKind, Source, Trouble, Unopened};

/// What allows a setting to lead out of the tree.
pub const ALLOW_OUTSIDE: &str =
    "`--outside DIR` allows it, where DIR is the folder that it leads into";

/// Complains about every problem that loading found.
pub(super) fn check(source: &Source, complaints: &Complaints) {
    for problem in &source.problems {
        let (rule, message) = words(problem);
        complaints
            .about(rule, problem.place.clone(), message)
            .maybe_help(help(&problem.what));
    }
}

fn words(problem: &Problem) -> (Rule, String) {
    let path = &problem.place.file;
    match &problem.what {
        ProblemKind::Unreadable(why) => {
            (codes::UNREADABLE, format!("could not read `{path}`: {why}"))
        }
        ProblemKind::NotUtf8 => (codes::NOT_UTF8, "this byte is not UTF-8".into()),
        ProblemKind::TooLarge { bytes } => {
            let message = format!("`{path}` has {bytes} bytes; the most is {FILE_MAX_BYTES}");
            (codes::TOO_LARGE, message)
        }
        ProblemKind::CaseCollision { other } => {
            let message = format!("`{path}` and `{other}` are the same name on some systems");
            (codes::CASE_COLLISION, message)
        }
        ProblemKind::SealedTwice { other } => {
            let message =
                format!("`{path}` and `{other}` are the same file, sealed and in the open");
            (codes::DUPLICATE, message)
        }
        ProblemKind::Unopened { why, .. } => unopened(path, *why),
        ProblemKind::NoHistory(trouble) => (codes::NO_HISTORY, no_history(trouble.as_ref())),
        ProblemKind::LeadsOut { setting } => {
            let message = format!("`{setting}` leads out of the tree");
            (codes::LEADS_OUT, message)
        }
        ProblemKind::NoSuchDirectory => (codes::NO_DIRECTORY, "there is no such directory".into()),
        ProblemKind::TooManyEntries { max } => {
            let message =
                format!("`{path}` holds more than {max} entries; the rest was not looked at");
            (codes::TOO_MANY, message)
        }
        other => {
            let (rule, is) = what_it_is(other);
            (rule, format!("`{path}` {is}"))
        }
    }
}

fn unopened(path: &str, why: Unopened) -> (Rule, String) {
    match why {
        Unopened::NoIdentity => (
            codes::SEALED,
            format!("`{path}` is sealed and was not checked"),
        ),
        why => (codes::UNOPENED, format!("`{path}` was not opened: {why}")),
    }
}

/// Problems that are said in a few words after the path.
fn what_it_is(problem: &ProblemKind) -> (Rule, &'static str) {
    match problem {
        ProblemKind::LeavesTree => (codes::BAD_LINK, "is a symbolic link that leaves the tree"),
        ProblemKind::AnotherPlace => (
            codes::BAD_LINK,
            "is a symbolic link to another part of the tree, which others may read",
        ),
        ProblemKind::LfsPointer => (
            codes::LFS_POINTER,
            "is a Git LFS pointer: the file itself was not fetched",
        ),
        ProblemKind::BrokenLink => (codes::BAD_LINK, "is a symbolic link that leads nowhere"),
        ProblemKind::StaticLink => (
            codes::NOT_STATIC,
            "is a symbolic link, and none is published",
        ),
        ProblemKind::SpecialFile => (codes::NOT_A_FILE, "is neither a file nor a directory"),
        ProblemKind::DirectoryForFile => (codes::NOT_A_FILE, "is a directory where a file belongs"),
        ProblemKind::FileForDirectory => (codes::NOT_A_FILE, "is a file where a directory belongs"),
        ProblemKind::UnportableName => (
            codes::UNPORTABLE_NAME,
            "has a name that some systems cannot hold, or that shows as another",
        ),
        _ => (codes::UNKNOWN_FILE, "is not a file that gradus knows"),
    }
}

fn no_history(trouble: Option<&Trouble>) -> String {
    let why = trouble.map_or("the clone is shallow".to_owned(), |trouble| {
        git_words(trouble).0
    });
    format!("that expectations stayed as agreed cannot be shown: {why}")
}

/// Why git gave no answer, and what would help.
pub(super) fn git_words(trouble: &Trouble) -> (String, Option<&'static str>) {
    let (why, help) = match trouble {
        Trouble::Refused(words) if !words.is_empty() => {
            return (format!("git says: {words}"), None);
        }
        Trouble::Refused(_) => ("git failed", None),
        Trouble::NoGit => ("there is no `git` program", Some("install git")),
        Trouble::NoRepository => ("the tree is in no git repository", None),
        Trouble::Untrusted => (
            "the repository belongs to another user",
            Some("trust it with `git config --global --add safe.directory DIRECTORY`"),
        ),
        Trouble::TooSlow => ("git took too long", None),
        Trouble::TooMuch => ("the history is too large", None),
    };
    (why.to_owned(), help)
}

fn help(problem: &ProblemKind) -> Option<String> {
    match problem {
        ProblemKind::NoHistory(None) => {
            Some("fetch it with `git fetch --unshallow`, in CI with a depth of 0".into())
        }
        ProblemKind::NoHistory(Some(trouble)) => git_words(trouble).1.map(str::to_owned),
        ProblemKind::LeavesTree => Some(
            "directories elsewhere are declared in `[sources]`, and allowed with `--outside DIR`"
                .into(),
        ),
        ProblemKind::LeadsOut { .. } => Some(ALLOW_OUTSIDE.into()),
        ProblemKind::LfsPointer => {
            Some("fetch it with `git lfs install` and `git lfs pull`".into())
        }
        ProblemKind::AnotherPlace => {
            Some("give each place a copy of its own: where a file lies says who reads it".into())
        }
        ProblemKind::StaticLink => Some("put the file itself there".into()),
        ProblemKind::SealedTwice { .. } => {
            Some("keep the one that holds what is meant, and take the other away".into())
        }
        ProblemKind::Unopened { why, .. } => how_to_open(*why).map(str::to_owned),
        ProblemKind::Unknown { nearest } => nearest
            .as_ref()
            .map(|near| format!("did you mean `{near}`?")),
        _ => None,
    }
}

fn how_to_open(why: Unopened) -> Option<&'static str> {
    match why {
        Unopened::NoIdentity => Some(
            "give the identity that it is sealed to: `-i FILE`, or the path in `GRADUS_IDENTITY_FILE`",
        ),
        Unopened::OtherIdentity => Some(
            "give one of the identities that it is sealed to, or have it sealed again to `[sources] recipients`",
        ),
        Unopened::Passphrase => {
            Some("open it with `age --decrypt`, then seal it to keys with `gradus seal`")
        }
        _ => None,
    }
}
