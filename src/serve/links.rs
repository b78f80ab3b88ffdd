//! Links that let a browser in, each of them once, and files that hand one to the browser.
//!
//! A link in the arguments of a process is seen by every user of the machine. So the browser gets the path of a file,
//! which only its owner reads and which leads on. A run holds a lock on each of its files. A file without a lock is one
//! that a killed run left: its link opens nothing, and the next run removes it.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::RunSecret;
use crate::ground::private;

/// Links that nobody has used yet. The oldest one that is in no file stops working when there is one more.
const OPEN_MAX: usize = 8;

/// What the name of a file with a link begins with. A browser that is confined to a sandbox reads no hidden files.
const FILE_PREFIX: &str = "gradus-preview-";

/// What the name of such a file ends with.
const FILE_SUFFIX: &str = ".html";

/// Random characters in the name of such a file.
const FILE_RANDOM_CHARS: usize = 16;

/// The links of one run that still let somebody in.
#[derive(Default)]
pub struct Links {
    /// How many were made.
    made: u64,
    open: VecDeque<Open>,
}

/// One link.
struct Open {
    token: String,
    /// The file that holds the link, if there is one. It is removed with the link.
    file: Option<NamedTempFile>,
}

impl Links {
    /// Makes the token of another link.
    pub fn add(&mut self, run: &RunSecret) -> String {
        self.made += 1;
        let token = run.token(self.made);
        if self.open.len() >= OPEN_MAX {
            let oldest = self.open.iter().position(|open| open.file.is_none());
            oldest.and_then(|at| self.open.remove(at));
        }
        self.open.push_back(Open {
            token: token.clone(),
            file: None,
        });
        token
    }

    /// Writes a page that leads to `address` into a new file of `folder`. The file is removed once the link of `token`
    /// was used, and at the end of the run.
    ///
    /// # Errors
    /// The file cannot be written. The link does not work then.
    pub fn put_in_file(
        &mut self,
        token: &str,
        address: &str,
        folder: &Path,
    ) -> io::Result<PathBuf> {
        let at = self.open.iter().position(|open| open.token == token);
        let mut open = at.and_then(|at| self.open.remove(at));
        let file = write_file(folder, address)?;
        let path = file.path().to_owned();
        if let Some(open) = &mut open {
            open.file = Some(file);
        }
        self.open.extend(open);
        Ok(path)
    }

    /// Removes a file and its link. Does nothing if the link was used.
    pub fn take_back(&mut self, path: &Path) {
        let is_there = |open: &Open| open.file.as_ref().is_some_and(|file| file.path() == path);
        self.open.retain(|open| !is_there(open));
    }

    /// Whether a text is the token of an open link. The link is closed with that.
    pub fn use_up(&mut self, run: &RunSecret, text: &str) -> bool {
        let found = self
            .open
            .iter()
            .position(|open| run.is_same(text, &open.token));
        found.and_then(|at| self.open.remove(at)).is_some()
    }
}

fn write_file(folder: &Path, address: &str) -> io::Result<NamedTempFile> {
    let mut name = tempfile::Builder::new();
    name.prefix(FILE_PREFIX)
        .suffix(FILE_SUFFIX)
        .rand_bytes(FILE_RANDOM_CHARS);
    let mut file = private::passing_file(&name, folder)?;
    // Where the system has no locks, no other run gets one either, and removes nothing.
    let _ = file.as_file().try_lock();
    file.write_all(leading_to(address).as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// Removes the files in `folder` that killed runs left. Leaves those of runs that go on, and whatever else is there.
pub fn remove_left_behind(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_file_name) && is_left_behind(&entry.path()) {
            // A file that cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_file_name(name: &str) -> bool {
    let inner = name.strip_prefix(FILE_PREFIX);
    let random = inner.and_then(|inner| inner.strip_suffix(FILE_SUFFIX));
    let is_random = |c: char| c.is_ascii_alphanumeric();
    random.is_some_and(|random| random.len() == FILE_RANDOM_CHARS && random.chars().all(is_random))
}

/// Whether this is a file of ours that no run holds. A file is locked before anything is written to it, so that an empty
/// one may be new.
fn is_left_behind(path: &Path) -> bool {
    let is_ours = |file: &File| {
        let found = file.metadata();
        let ours = rustix::process::geteuid().as_raw();
        found.is_ok_and(|found| found.is_file() && found.len() > 0 && found.uid() == ours)
    };
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let mut options = OpenOptions::new();
    let opened = options
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path);
    opened.is_ok_and(|file| is_ours(&file) && file.try_lock().is_ok())
}

/// A page that leads to an address at once, and takes no place in the history. The address holds no character that
/// HTML gives a meaning.
pub fn leading_to(address: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={address}\">\n\
         <title>gradus preview</title>\n<p><a href=\"{address}\">Open the preview</a></p>\n"
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn each_link_works_once_and_no_other_text_does() {
        let (run, mut links) = (RunSecret::generate(), Links::default());
        let (one, other) = (links.add(&run), links.add(&run));
        assert_ne!(one, other);
        for text in ["", &one[1..], &one.to_uppercase(), &run.token(3)] {
            assert!(!links.use_up(&run, text), "{text}");
        }
        assert!(links.use_up(&run, &one) && !links.use_up(&run, &one));
        assert!(links.use_up(&run, &other) && !links.use_up(&run, &other));
    }

    #[test]
    fn links_that_nobody_uses_are_bounded() {
        let (run, mut links) = (RunSecret::generate(), Links::default());
        let made: Vec<String> = (0..=OPEN_MAX).map(|_| links.add(&run)).collect();
        assert!(!links.use_up(&run, &made[0]));
        assert!(
            made[1..]
                .iter()
                .all(|token| links.use_up(&run, token.as_str()))
        );
    }

    #[test]
    fn a_file_with_a_link_is_its_owners_alone_visible_and_gone_after_use() {
        let (run, mut links) = (RunSecret::generate(), Links::default());
        let folder = tempfile::tempdir().unwrap();
        let mut put = || {
            let token = links.add(&run);
            let path = links.put_in_file(&token, "http://x/?token=1", folder.path());
            (token, path.unwrap())
        };
        let ((token, path), (_, second), (_, third)) = (put(), put(), put());
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("gradus-preview-") && name.ends_with(".html"));
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("content=\"0; url=http://x/?token=1\""),
            "{text}"
        );
        assert!(links.use_up(&run, &token) && !path.exists());
        links.take_back(&second);
        assert!(!second.exists() && third.exists());
        drop(links);
        assert!(!third.exists());
    }

    #[test]
    fn only_a_file_that_no_run_holds_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (run, mut links) = (RunSecret::generate(), Links::default());
        let token = links.add(&run);
        let held = links.put_in_file(&token, "http://x/", folder.path());
        let left = |last: char| format!("gradus-preview-0123456789abcde{last}.html");
        let others = [
            "gradus-preview-0123456789abcde.html",
            "gradus-preview-0123456789abcdefg.html",
            "gradus-preview-0123456789abcd-f.html",
            "gradus-preview-0123456789abcdef.htm",
            "my-gradus-preview-0123456789abcdef.html",
            "gradus-preview-notes.html",
        ];
        for name in others
            .iter()
            .map(|name| (*name).to_owned())
            .chain([left('x')])
        {
            fs::write(at(&name), "words").unwrap();
        }
        fs::write(at(&left('e')), "").unwrap();
        fs::create_dir(at(&left('d'))).unwrap();
        symlink(at(others[0]), at(&left('l'))).unwrap();
        remove_left_behind(folder.path());
        assert!(!at(&left('x')).exists() && held.unwrap().exists());
        let empty_folder_link = ['e', 'd', 'l'].map(left);
        for name in others
            .iter()
            .copied()
            .chain(empty_folder_link.iter().map(|n| &**n))
        {
            assert!(at(name).symlink_metadata().is_ok(), "{name}");
        }
        remove_left_behind(&at("nowhere"));
    }
}
