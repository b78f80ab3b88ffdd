//! Words for what is wrong with the tree itself.

use super::codes::{self, Rule};
use super::complaints::Complaints;
use crate::source::{FILE_MAX_BYTES, Problem, ProblemKind, Source};

/// Complains about every problem that loading found.
pub(super) fn check(source: &Source, complaints: &Complaints) {
    for problem in &source.problems {
        let (rule, message, help) = words(problem);
        complaints
            .about(rule, problem.place.clone(), message)
            .maybe_help(help);
    }
}

fn words(problem: &Problem) -> (Rule, String, Option<String>) {
    let path = &problem.place.file;
    let plain = |rule, message: String| (rule, message, None);
    match &problem.what {
        ProblemKind::Unreadable(why) => {
            plain(codes::UNREADABLE, format!("could not read `{path}`: {why}"))
        }
        ProblemKind::NotUtf8 => plain(codes::NOT_UTF8, "this byte is not UTF-8".into()),
        ProblemKind::TooLarge { bytes } => plain(
            codes::TOO_LARGE,
            format!("`{path}` has {bytes} bytes; the most is {FILE_MAX_BYTES}"),
        ),
        ProblemKind::LeavesTree => (
            codes::BAD_LINK,
            format!("`{path}` is a symbolic link that leaves the tree"),
            Some("directories elsewhere are declared in `[sources]`".into()),
        ),
        ProblemKind::BrokenLink => plain(
            codes::BAD_LINK,
            format!("`{path}` is a symbolic link that leads nowhere"),
        ),
        ProblemKind::SpecialFile => plain(
            codes::NOT_A_FILE,
            format!("`{path}` is neither a file nor a directory"),
        ),
        ProblemKind::DirectoryForFile => plain(
            codes::NOT_A_FILE,
            format!("`{path}` is a directory where a file belongs"),
        ),
        ProblemKind::FileForDirectory => plain(
            codes::NOT_A_FILE,
            format!("`{path}` is a file where a directory belongs"),
        ),
        ProblemKind::UnportableName => plain(
            codes::UNPORTABLE_NAME,
            format!("some systems cannot hold a file named `{path}`"),
        ),
        ProblemKind::CaseCollision { other } => plain(
            codes::CASE_COLLISION,
            format!("`{path}` and `{other}` differ only in case"),
        ),
        ProblemKind::Sealed => (
            codes::SEALED,
            format!("`{path}` is sealed and was not checked"),
            Some(format!("open it with `gradus unseal {path} -i IDENTITY`")),
        ),
        ProblemKind::Unknown { nearest } => (
            codes::UNKNOWN_FILE,
            format!("`{path}` is not a file that gradus knows"),
            nearest
                .as_ref()
                .map(|near| format!("did you mean `{near}`?")),
        ),
        ProblemKind::NoSuchDirectory => {
            plain(codes::NO_DIRECTORY, "there is no such directory".into())
        }
        ProblemKind::TooManyEntries { max } => plain(
            codes::TOO_MANY,
            format!("`{path}` holds more than {max} entries; the rest was not looked at"),
        ),
    }
}
