//! Words of the tree that must stand nowhere in a site in clear.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use flate2::read::GzDecoder;

use crate::seal::container;

/// Shortest piece of prose that is looked for, in bytes.
const PROSE_MIN_BYTES: usize = 24;

/// As much of a piece as is looked for.
const PROSE_MAX_BYTES: usize = 48;

/// Most pieces of prose; of a larger tree, each text gives as many as there is room for.
const PROSE_MAX: usize = 60_000;

/// Shorter names come up in ciphertext by chance: they are looked for in what is not sealed, as whole words.
const NAME_MIN_BYTES: usize = 8;

/// How gzip data begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Most pieces of gzip data that are unpacked in one file.
const PACKED_MAX: usize = 8;

/// Longest text that a piece unpacks to.
const UNPACKED_MAX_BYTES: u64 = container::UNPACKED_MAX_BYTES as u64;

/// A text of the tree, and where it stands.
type Text<'t> = (&'t Arc<str>, &'t str);

/// Words to look for.
#[derive(Debug)]
pub struct Canaries {
    anywhere: Words,
    /// As whole words, in what is not sealed.
    whole: Words,
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

impl Default for Canaries {
    /// None at all.
    fn default() -> Self {
        Self::new(std::iter::empty(), std::iter::empty(), &[])
    }
}

impl Canaries {
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
            let into = match name.len() < NAME_MIN_BYTES {
                true => &mut whole,
                false => &mut anywhere,
            };
            into.entry(name).or_insert(source);
        }
        Self {
            anywhere: Words::new(anywhere, anyhow).without(public),
            whole: Words::new(whole, is_whole).without(public),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.anywhere.words.len() + self.whole.words.len()
    }

    /// The file of the tree of which words stand in clear in a file of the site, or in its path; packed ones too.
    pub fn found_in(&self, path: &str, bytes: &[u8], is_sealed: bool) -> Option<String> {
        let in_one = |bytes: &[u8]| {
            let found = self.anywhere.find(bytes).map(str::to_owned);
            match is_sealed {
                true => found,
                false => found.or_else(|| self.whole.find(bytes).map(str::to_owned)),
            }
        };
        let in_path = || {
            let path = path.as_bytes();
            let found = self.anywhere.find(path).or_else(|| self.whole.find(path));
            found.map(str::to_owned)
        };
        in_path()
            .or_else(|| in_one(bytes))
            .or_else(|| unpacked(bytes).find_map(|text| in_one(&text)))
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

/// The texts of gzip data in a file, wherever it begins.
fn unpacked(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let own = container::unpack(bytes).ok();
    let beginnings = gzip_beginnings(bytes).take(PACKED_MAX);
    own.into_iter().chain(beginnings.filter_map(|at| {
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(&bytes[at..]).take(UNPACKED_MAX_BYTES);
        // What comes before the damage is text all the same.
        let _ = decoder.read_to_end(&mut text);
        (!text.is_empty()).then_some(text)
    }))
}

fn gzip_beginnings(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let windows = bytes.windows(GZIP.len()).enumerate();
    windows
        .filter(|(_, window)| *window == GZIP)
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    const TEXT: &str =
        "+++\ndate = 2026-01-01\n+++\nShe led the ledger migration to its end & \"more\".\n";

    fn canaries() -> Canaries {
        let (review, person): (Arc<str>, Arc<str>) = ("review.md".into(), "person.toml".into());
        let names = [(&person, "Ada Okafor"), (&person, "ada")];
        Canaries::new([(&review, TEXT)].into_iter(), names.into_iter(), &[])
    }

    fn found(bytes: &[u8], is_sealed: bool) -> bool {
        canaries().found_in("x", bytes, is_sealed).is_some()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn prose_and_names_are_found_in_clear_escaped_or_packed() {
        assert_eq!(canaries().count(), 3);
        assert_eq!(
            canaries().found_in("x", b"...Ada Okafor...", true),
            Some("person.toml".to_owned())
        );
        assert!(found(
            b"<p>She led the ledger migration to its end &amp; &quot;more&quot;",
            false
        ));
        assert!(found(&gzip(TEXT.as_bytes()), true));
        assert!(found(
            &[b"head", &gzip(TEXT.as_bytes())[..], b"tail"].concat(),
            true
        ));
        assert!(found(&container::pack(TEXT.as_bytes()).unwrap(), true));
        assert!(!found(b"nothing of it", false));
    }

    #[test]
    fn a_short_name_counts_as_a_whole_word_in_what_is_not_sealed() {
        assert!(found(b"x ada y", false) && !found(b"x ada y", true));
        assert!(!found(b"canada", false) && !found(b"ada-b", false));
        assert!(
            canaries()
                .found_in("people/ada/index.html", b"", true)
                .is_some()
        );
    }

    #[test]
    fn a_name_that_is_part_of_a_public_word_is_still_a_name() {
        let source: Arc<str> = "a".into();
        let names = || [(&source, "sam")].into_iter();
        let public =
            |text: &'static str| Canaries::new(std::iter::empty(), names(), &[text.as_bytes()]);
        assert_eq!(
            (public("the same").count(), public("ask sam").count()),
            (1, 0)
        );
    }

    #[test]
    fn what_is_public_is_no_canary() {
        let source: Arc<str> = "a".into();
        let texts = [(&source, TEXT)];
        let none = Canaries::new(texts.into_iter(), std::iter::empty(), &[TEXT.as_bytes()]);
        assert_eq!(none.count(), 0);
        assert!(none.found_in("x", TEXT.as_bytes(), false).is_none());
    }
}
