//! Texts that a file holds as gzip data.

use std::io::Read;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use flate2::bufread::GzDecoder;

use crate::sealed::seal::container;

/// How gzip data begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Most pieces of gzip data that are unpacked in one file.
const PIECES_MAX: usize = 8;

/// Most places of one file at which gzip data may begin that are looked at. A header ends by itself, after 192 KiB at most.
const HEADERS_MAX: usize = 64;

/// As much as all pieces of a file are unpacked to together.
const UNPACKED_MAX_BYTES: usize = container::UNPACKED_MAX_BYTES;

/// As much gzip data as is read of all pieces of a file together: pieces may overlap, and unpack to nothing.
const PACKED_MAX_BYTES: usize = container::UNPACKED_MAX_BYTES;

static BEGINNING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let finder = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build([GZIP]);
    finder.expect("one pattern of three bytes is no large automaton")
});

/// The texts of gzip data in a file, wherever it begins. However a file is made, the work that it makes is bounded.
pub struct Texts<'b> {
    bytes: &'b [u8],
    /// Where gzip data may begin that was not unpacked yet; nothing where the file's own form is still to come.
    at: Option<usize>,
    /// How many more pieces are unpacked.
    pieces: usize,
    /// How many more places are looked at.
    headers: usize,
    /// How many more bytes are unpacked.
    unpacked: usize,
    /// How many more bytes of gzip data are read.
    packed: usize,
    /// There is more of it than is unpacked.
    pub is_partial: bool,
}

impl<'b> Texts<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: None,
            pieces: PIECES_MAX,
            headers: HEADERS_MAX,
            unpacked: UNPACKED_MAX_BYTES,
            packed: PACKED_MAX_BYTES,
            is_partial: false,
        }
    }

    fn next_beginning(&mut self) -> Option<usize> {
        let from = self.at?;
        let found = from + BEGINNING.find(self.bytes.get(from..)?)?.start();
        self.at = Some(found + 1);
        Some(found)
    }

    /// Whether one more piece may be looked into.
    fn may_go_on(&self) -> bool {
        [self.pieces, self.headers, self.unpacked, self.packed]
            .iter()
            .all(|left| *left > 0)
    }

    fn unpack(&mut self, at: usize) -> Vec<u8> {
        let packed = &self.bytes[at..];
        let packed = &packed[..packed.len().min(self.packed)];
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(packed);
        // What comes before the damage is text all the same.
        let _ = decoder
            .by_ref()
            .take(self.unpacked as u64)
            .read_to_end(&mut text);
        self.packed -= packed.len() - decoder.get_ref().len();
        self.unpacked -= text.len();
        self.is_partial |= self.packed == 0 || self.unpacked == 0;
        text
    }
}

impl Iterator for Texts<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.at.is_none() {
            self.at = Some(0);
            if let Ok(text) = container::unpack(self.bytes) {
                self.at = Some(1); // the same once more
                return Some(text);
            }
        }
        while let Some(at) = self.next_beginning() {
            if !self.may_go_on() {
                self.is_partial = true;
                return None;
            }
            self.headers -= 1;
            let text = self.unpack(at);
            if !text.is_empty() {
                self.pieces -= 1;
                return Some(text);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_not_looked_into_is_said() {
        let pieces = |count: usize| gzip(b"text").repeat(count);
        let looked = |bytes: &[u8]| {
            let mut texts = Texts::of(bytes);
            (texts.by_ref().count(), texts.is_partial)
        };
        assert_eq!(looked(&[b"head".to_vec(), pieces(8)].concat()), (8, false));
        assert_eq!(looked(&[b"head".to_vec(), pieces(9)].concat()), (8, true));
        let large = gzip(&vec![0; container::UNPACKED_MAX_BYTES + 1]);
        assert_eq!(looked(&[b"head".to_vec(), large].concat()), (1, true));
    }

    /// How much the pieces of a file unpack to together, and whether there is more.
    fn unpacked(bytes: &[u8]) -> (usize, bool) {
        let mut texts = Texts::of(bytes);
        let total = texts.by_ref().map(|text| text.len()).sum();
        (total, texts.is_partial)
    }

    #[test]
    fn all_pieces_of_a_file_share_one_bound() {
        let half = gzip(&vec![0; UNPACKED_MAX_BYTES / 2 - 1]);
        let pieces = |count: usize| [b"x".to_vec(), half.repeat(count)].concat();
        assert_eq!(unpacked(&pieces(2)), (UNPACKED_MAX_BYTES - 2, false));
        assert_eq!(unpacked(&pieces(8)), (UNPACKED_MAX_BYTES, true));
    }

    #[test]
    fn beginnings_that_unpack_to_nothing_are_counted() {
        let header = b"\x1f\x8b\x08\x08abcdef";
        assert_eq!(unpacked(&header.repeat(HEADERS_MAX)), (0, false));
        assert_eq!(unpacked(&header.repeat(200 * 1024)), (0, true));
    }

    #[test]
    fn data_that_unpacks_to_nothing_is_not_read_for_each_of_its_beginnings() {
        // Each begins in the name that the one before it has; empty stored blocks follow on all of them.
        let beginnings = b"\x1f\x8b\x08\x08abcdef".repeat(30);
        let blocks = b"\0\0\0\xff\xff".repeat(1 << 20);
        let bytes = [&beginnings[..], b"\0", &blocks].concat();
        assert_eq!(unpacked(&bytes), (0, true));
        assert_eq!(unpacked(&bytes[beginnings.len() - 10..]), (0, false));
    }
}
