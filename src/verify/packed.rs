//! Gzip data: forms of a page that a host may serve in its place, and texts that a file holds packed.

use std::io::Read;

use flate2::read::{GzDecoder, MultiGzDecoder};

use crate::seal::container;

/// How gzip data begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Most pieces of gzip data that are unpacked in one file.
const PIECES_MAX: usize = 8;

/// Longest text that a piece unpacks to.
const UNPACKED_MAX_BYTES: u64 = container::UNPACKED_MAX_BYTES as u64;

/// Endings of what hosts serve in the place of a file, to browsers that unpack it.
const ENDINGS: [&str; 3] = ["gz", "br", "zst"];

/// The file that a packed one may be served for, and its own ending.
pub fn served_for(path: &str) -> Option<(&str, &str)> {
    let (base, ending) = path.rsplit_once('.')?;
    let is_packed = ENDINGS.iter().any(|own| ending.eq_ignore_ascii_case(own));
    (is_packed && !base.is_empty()).then_some((base, ending))
}

/// Whether gzip data unpacks to exactly these bytes, with nothing after it.
pub fn holds(packed: &[u8], bytes: &[u8]) -> bool {
    let mut text = Vec::new();
    let mut decoder = MultiGzDecoder::new(packed).take(bytes.len() as u64 + 1);
    decoder.read_to_end(&mut text).is_ok() && text == bytes
}

/// The texts of gzip data in a file, wherever it begins.
pub struct Texts<'b> {
    bytes: &'b [u8],
    /// Where gzip data may begin that was not unpacked yet; nothing where the file's own form is still to come.
    at: Option<usize>,
    unpacked: usize,
    /// There is more of it than is unpacked.
    pub is_partial: bool,
}

impl<'b> Texts<'b> {
    pub fn of(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: None,
            unpacked: 0,
            is_partial: false,
        }
    }

    fn next_beginning(&mut self) -> Option<usize> {
        let from = self.at?;
        let rest = self.bytes.get(from..)?;
        let found = rest.windows(GZIP.len()).position(|window| window == GZIP)?;
        self.at = Some(from + found + 1);
        Some(from + found)
    }

    fn unpack(&mut self, at: usize) -> Vec<u8> {
        let mut text = Vec::new();
        let mut decoder = GzDecoder::new(&self.bytes[at..]).take(UNPACKED_MAX_BYTES);
        // What comes before the damage is text all the same.
        let _ = decoder.read_to_end(&mut text);
        self.is_partial |= text.len() as u64 == UNPACKED_MAX_BYTES;
        text
    }
}

impl Iterator for Texts<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        if self.at.is_none() {
            self.at = Some(0);
            if let Ok(text) = container::unpack(self.bytes) {
                return Some(text);
            }
        }
        while let Some(at) = self.next_beginning() {
            if self.unpacked == PIECES_MAX {
                self.is_partial = true;
                return None;
            }
            let text = self.unpack(at);
            if !text.is_empty() {
                self.unpacked += 1;
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
    fn a_packed_page_is_the_page_only_as_a_whole() {
        let page = b"<!doctype html>";
        assert!(holds(&gzip(page), page));
        assert!(!holds(&gzip(b"<!doctype htmx>"), page));
        assert!(!holds(&gzip(b"<!doctype html>more"), page));
        assert!(!holds(&[gzip(page), gzip(b"more")].concat(), page));
        assert!(!holds(&[gzip(page), b"more".to_vec()].concat(), page));
        assert!(!holds(page, page));
        assert_eq!(served_for("a/index.html.GZ"), Some(("a/index.html", "GZ")));
        assert_eq!(served_for("index.html"), None);
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
}
