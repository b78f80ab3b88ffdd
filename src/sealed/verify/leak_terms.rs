//! Words of the tree that must stand nowhere in a site in clear.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use crate::domain::model::FileHash;

/// Shortest piece of prose that is looked for, in bytes.
const PROSE_MIN_BYTES: usize = 24;

/// As much of a piece as is looked for.
const PROSE_MAX_BYTES: usize = 48;

/// Most pieces of prose; of a larger tree, each text gives as many as there is room for.
const PROSE_MAX: usize = 60_000;

/// Shorter names come up in ciphertext by chance: they are looked for in what is not sealed, as whole words.
const NAME_MIN_BYTES: usize = 8;

/// Shorter files may be anybody's.
const FILE_MIN_BYTES: usize = 16;

/// A text of the tree, and where it stands.
type Text<'t> = (&'t Arc<str>, &'t str);

/// Words to look for.
#[derive(Debug)]
pub struct LeakTerms {
    anywhere: Words,
    /// As whole words, in what is not sealed.
    whole: Words,
    /// Whole files, and where they stand in the tree.
    files: BTreeMap<FileHash, Arc<str>>,
}

#[derive(Debug)]
struct Words {
    /// Nothing where there are none.
    finder: Option<AhoCorasick>,
    /// Whether what was found in a text counts, from its start to its end.
    counts: Counts,
    /// By the finder's number: the word, and where it stands in the tree.
    words: Vec<(String, Arc<str>)>,
}

impl Default for LeakTerms {
    /// None at all.
    fn default() -> Self {
        Self::new(std::iter::empty(), std::iter::empty(), &[])
    }
}

impl LeakTerms {
    /// `names` are those of people, with their ids and logins. What stands in one of the public texts may stand in
    /// clear.
    pub fn new<'t>(
        texts: impl Iterator<Item = Text<'t>>,
        names: impl Iterator<Item = Text<'t>>,
        public: &[&[u8]],
    ) -> Self {
        let texts: Vec<Text<'_>> = texts.collect();
        let each = (PROSE_MAX / texts.len().max(1)).max(1);
        let mut anywhere = BTreeMap::new();
        let mut whole = BTreeMap::new();
        for (source, text) in texts {
            for piece in prose(text).take(each) {
                anywhere.entry(piece).or_insert(source);
            }
        }
        for (source, name) in names {
            let into = if name.len() < NAME_MIN_BYTES {
                &mut whole
            } else {
                &mut anywhere
            };
            into.entry(name).or_insert(source);
        }
        Self {
            anywhere: Words::new(anywhere, anyhow).without(public),
            whole: Words::new(whole, is_whole).without(public),
            files: BTreeMap::new(),
        }
    }

    /// Whole files of the tree are looked for too, whatever is in them.
    pub fn with_files<'t>(mut self, files: impl Iterator<Item = (&'t Arc<str>, &'t [u8])>) -> Self {
        let telling = files.filter(|(_, bytes)| bytes.len() >= FILE_MIN_BYTES);
        let hashed = telling.map(|(path, bytes)| (FileHash::of(bytes), path.clone()));
        self.files.extend(hashed);
        self
    }

    /// The file of the tree that these bytes are.
    pub fn file_of(&self, bytes: &[u8]) -> Option<&str> {
        if self.files.is_empty() {
            return None;
        }
        self.files.get(&FileHash::of(bytes)).map(|path| &**path)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.anywhere.words.len() + self.whole.words.len()
    }

    /// The file of the tree of which words stand in clear in a text of the site, or in its path.
    pub fn found_in(&self, path: &str, bytes: &[u8], is_sealed: bool) -> Option<String> {
        let in_path = || {
            let path = path.as_bytes();
            self.anywhere.find(path).or_else(|| self.whole.find(path))
        };
        let in_text = || {
            let found = self.anywhere.find(bytes);
            found.or_else(|| self.whole.find(bytes).filter(|_| !is_sealed))
        };
        in_path().or_else(in_text).map(str::to_owned)
    }
}

type Counts = fn(&[u8], usize, usize) -> bool;

impl Words {
    fn new(words: BTreeMap<&str, &Arc<str>>, counts: Counts) -> Self {
        let words = words.into_iter();
        let words = words.map(|(word, source)| (word.to_owned(), source.clone()));
        Self::of(words.collect(), counts)
    }

    fn of(words: Vec<(String, Arc<str>)>, counts: Counts) -> Self {
        let finder = AhoCorasick::new(words.iter().map(|(word, _)| word));
        Self {
            // It fails only for more than 2^31 words.
            finder: finder.ok().filter(|_| !words.is_empty()),
            counts,
            words,
        }
    }

    /// Those that stand in none of these texts.
    fn without(self, public: &[&[u8]]) -> Self {
        let known: BTreeSet<usize> = public.iter().flat_map(|text| self.all_in(text)).collect();
        let words = self.words.into_iter().enumerate();
        let others = words.filter(|(at, _)| !known.contains(at));
        Self::of(others.map(|(_, word)| word).collect(), self.counts)
    }

    /// Where the first of them stands in the tree.
    fn find(&self, bytes: &[u8]) -> Option<&str> {
        let first = self.all_in(bytes).next()?;
        self.words.get(first).map(|(_, source)| &**source)
    }

    /// The numbers of all that stand in a text, as often as they do.
    fn all_in<'w>(&'w self, bytes: &'w [u8]) -> impl Iterator<Item = usize> + 'w {
        let finder = self.finder.iter();
        let found = finder.flat_map(move |finder| finder.find_overlapping_iter(bytes));
        let counting = found.filter(|found| (self.counts)(bytes, found.start(), found.end()));
        counting.map(|found| found.pattern().as_usize())
    }
}

fn anyhow(_: &[u8], _: usize, _: usize) -> bool {
    true
}

fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let inner = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_' || !b.is_ascii();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    !before.is_some_and(inner) && !bytes.get(end).is_some_and(inner)
}

/// Pieces that no escape changes, however a text is written down: letters, digits, blanks and commas within a line.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let plain = |c: char| c.is_alphanumeric() || c == ' ' || c == ',';
    let pieces = text
        .lines()
        .flat_map(move |line| line.split(move |c| !plain(c)));
    let pieces = pieces
        .map(str::trim)
        .filter(|piece| piece.len() >= PROSE_MIN_BYTES);
    pieces.map(|piece| &piece[..piece.floor_char_boundary(PROSE_MAX_BYTES)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "+++\ndate = 2026-01-01\n+++\nShe led the ledger migration to its end & \"more\".\n";

    fn leak_terms() -> LeakTerms {
        let (review, person): (Arc<str>, Arc<str>) = ("review.md".into(), "person.toml".into());
        let names = [(&person, "Ada Okafor"), (&person, "ada")];
        LeakTerms::new([(&review, TEXT)].into_iter(), names.into_iter(), &[])
    }

    fn found(bytes: &[u8], is_sealed: bool) -> bool {
        leak_terms().found_in("x", bytes, is_sealed).is_some()
    }

    #[test]
    fn prose_and_names_are_found_in_clear_or_escaped() {
        assert_eq!(leak_terms().count(), 3);
        assert_eq!(
            leak_terms().found_in("x", b"...Ada Okafor...", true),
            Some("person.toml".to_owned())
        );
        assert!(found(
            b"<p>She led the ledger migration to its end &amp; &quot;more&quot;",
            false
        ));
        assert!(!found(b"nothing of it", false));
    }

    #[test]
    fn a_short_name_counts_as_a_whole_word_in_what_is_not_sealed() {
        assert!(found(b"x ada y", false) && !found(b"x ada y", true));
        assert!(!found(b"canada", false) && !found(b"ada-b", false));
        assert!(
            leak_terms()
                .found_in("people/ada/index.html", b"", true)
                .is_some()
        );
    }

    #[test]
    fn a_name_that_is_part_of_a_public_word_is_still_a_name() {
        let source: Arc<str> = "a".into();
        let names = || [(&source, "sam")].into_iter();
        let public =
            |text: &'static str| LeakTerms::new(std::iter::empty(), names(), &[text.as_bytes()]);
        assert_eq!(
            (public("the same").count(), public("ask sam").count()),
            (1, 0)
        );
    }

    #[test]
    fn what_is_public_is_no_canary() {
        let source: Arc<str> = "a".into();
        let texts = [(&source, TEXT)];
        let none = LeakTerms::new(texts.into_iter(), std::iter::empty(), &[TEXT.as_bytes()]);
        assert_eq!(none.count(), 0);
        assert!(none.found_in("x", TEXT.as_bytes(), false).is_none());
    }
}
