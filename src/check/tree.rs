//! Words for what is wrong with the tree itself.

use super::codes::{self, Rule};
use super::complaints::Complaints;
use crate::source::{FILE_MAX_BYTES, Problem, ProblemKind, Source};

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
            let message = format!("`{path}` and `{other}` differ only in case");
            (codes::CASE_COLLISION, message)
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

/// Problems that are said in a few words after the path.
fn what_it_is(problem: &ProblemKind) -> (Rule, &'static str) {
    match problem {
        ProblemKind::LeavesTree => (codes::BAD_LINK, "is a symbolic link that leaves the tree"),
        ProblemKind::BrokenLink => (codes::BAD_LINK, "is a symbolic link that leads nowhere"),
        ProblemKind::SpecialFile => (codes::NOT_A_FILE, "is neither a file nor a directory"),
        ProblemKind::DirectoryForFile => (codes::NOT_A_FILE, "is a directory where a file belongs"),
        ProblemKind::FileForDirectory => (codes::NOT_A_FILE, "is a file where a directory belongs"),
        ProblemKind::UnportableName => (
            codes::UNPORTABLE_NAME,
            "has a name that some systems cannot hold",
        ),
        ProblemKind::Sealed => (codes::SEALED, "is sealed and was not checked"),
        _ => (codes::UNKNOWN_FILE, "is not a file that gradus knows"),
    }
}

fn help(problem: &ProblemKind) -> Option<String> {
    match problem {
        ProblemKind::LeavesTree => Some("directories elsewhere are declared in `[sources]`".into()),
        ProblemKind::Sealed => {
            Some("sealed sources cannot be opened yet: put the opened file in its place".into())
        }
        ProblemKind::Unknown { nearest } => nearest
            .as_ref()
            .map(|near| format!("did you mean `{near}`?")),
        _ => None,
    }
}
