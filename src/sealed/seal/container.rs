//! The padded gzip member inside every sealed file: writer and reader.
//!
//! Standard tools read it, since padding is a comment. flate2's own header reader refuses long
//! comments, so the header is written and read here, and only the deflate data by flate2.

use std::io::{Read, Write};

use flate2::bufread::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use thiserror::Error;

/// Most bytes that a member may unpack to.
pub const UNPACKED_MAX_BYTES: usize = 64 << 20;

/// Least length of a member.
pub const PACKED_MIN_BYTES: usize = 4096;

/// deflate, FCOMMENT set, no time, no extra flags, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 0xff];
const TRAILER_BYTES: usize = 8;

/// More than [`UNPACKED_MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("more than 64 MiB in one section or attachment")]
pub struct TooLarge;

/// Why bytes are not a member of the exact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ContainerError {
    /// The header is not the one that the format has.
    #[error("another gzip header than the format's")]
    Header,
    /// The length is none of those that padding makes.
    #[error("a length that is not padded")]
    Length,
    /// The comment, which pads, does not hold spaces alone.
    #[error("a comment with anything but spaces, or without an end")]
    Comment,
    /// The compressed data cannot be read.
    #[error("deflate data that is damaged or cut short")]
    Deflate,
    /// More would be unpacked than is read.
    #[error("more than 64 MiB unpacked")]
    TooLarge,
    /// Something follows the member.
    #[error("bytes after the end")]
    Trailing,
    /// What was unpacked is not what was packed.
    #[error("a checksum or size that does not fit")]
    Checksum,
}

/// The smallest Padmé length that is at least `length`, and at least [`PACKED_MIN_BYTES`].
pub fn padded_length(length: usize) -> usize {
    let length = length.max(PACKED_MIN_BYTES);
    let exponent = length.ilog2();
    let zeros = exponent - (exponent.ilog2() + 1);
    let mask = (1 << zeros) - 1;
    (length + mask) & !mask
}

/// Packs some bytes.
///
/// # Errors
/// There are too many of them.
pub fn pack(data: &[u8]) -> Result<Vec<u8>, TooLarge> {
    if data.len() > UNPACKED_MAX_BYTES {
        return Err(TooLarge);
    }
    let deflated = deflate(data);
    let least = HEADER.len() + 1 + deflated.len() + TRAILER_BYTES;
    let length = padded_length(least);
    let mut packed = Vec::with_capacity(length);
    packed.extend(HEADER);
    packed.resize(HEADER.len() + length - least, b' ');
    packed.push(0);
    packed.extend(&deflated);
    packed.extend(trailer(data));
    Ok(packed)
}

/// Unpacks a member of the exact form.
///
/// # Errors
/// It is not of that form in any respect.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, ContainerError> {
    if packed.len() < PACKED_MIN_BYTES || padded_length(packed.len()) != packed.len() {
        return Err(ContainerError::Length);
    }
    let rest = packed.strip_prefix(&HEADER).ok_or(ContainerError::Header)?;
    let padding = rest.iter().take_while(|byte| **byte == b' ').count();
    let rest = rest[padding..]
        .strip_prefix(&[0])
        .ok_or(ContainerError::Comment)?;
    let (data, rest) = inflate(rest)?;
    match rest.len() {
        0..TRAILER_BYTES => Err(ContainerError::Deflate),
        TRAILER_BYTES if rest == trailer(&data) => Ok(data),
        TRAILER_BYTES => Err(ContainerError::Checksum),
        _ => Err(ContainerError::Trailing),
    }
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}

/// The data, and what follows it.
fn inflate(deflated: &[u8]) -> Result<(Vec<u8>, &[u8]), ContainerError> {
    let mut data = Vec::new();
    let mut decoder = DeflateDecoder::new(deflated);
    let limit = UNPACKED_MAX_BYTES as u64 + 1;
    let read = decoder.by_ref().take(limit).read_to_end(&mut data);
    read.map_err(|_| ContainerError::Deflate)?;
    if data.len() > UNPACKED_MAX_BYTES {
        return Err(ContainerError::TooLarge);
    }
    Ok((data, decoder.into_inner()))
}

/// CRC-32 and length.
fn trailer(data: &[u8]) -> [u8; TRAILER_BYTES] {
    let mut crc = Crc::new();
    crc.update(data);
    let length = data.len() as u32; // modulo 2^32, as gzip says
    let mut trailer = [0; TRAILER_BYTES];
    trailer[..4].copy_from_slice(&crc.sum().to_le_bytes());
    trailer[4..].copy_from_slice(&length.to_le_bytes());
    trailer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::cases::property;
    use proptest::prelude::*;

    fn packed() -> Vec<u8> {
        let packed = pack(b"{\"format\":1}").unwrap();
        assert_eq!(packed.len(), PACKED_MIN_BYTES);
        packed
    }

    fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<u8>, ContainerError> {
        let mut packed = packed();
        change(&mut packed);
        unpack(&packed)
    }

    #[test]
    fn another_header_is_refused() {
        for at in 0..HEADER.len() {
            assert_eq!(changed(|p| p[at] ^= 1), Err(ContainerError::Header), "{at}");
        }
    }

    #[test]
    fn a_comment_holds_only_spaces() {
        assert_eq!(
            changed(|p| p[HEADER.len() + 5] = b'x'),
            Err(ContainerError::Comment)
        );
        let all_comment = changed(|p| p[HEADER.len()..].fill(b' '));
        assert_eq!(all_comment, Err(ContainerError::Comment));
    }

    #[test]
    fn a_length_is_a_padded_one() {
        assert_eq!(changed(|p| p.push(0)), Err(ContainerError::Length));
        assert_eq!(
            changed(|p| {
                p.pop();
            }),
            Err(ContainerError::Length)
        );
        let longer = changed(|p| {
            p.insert(HEADER.len(), b' ');
        });
        assert_eq!(longer, Err(ContainerError::Length));
        assert_eq!(unpack(&[]), Err(ContainerError::Length));
    }

    #[test]
    fn bytes_after_the_member_are_refused() {
        let longer = changed(|p| p.resize(padded_length(p.len() + 1), 0));
        assert_eq!(longer, Err(ContainerError::Trailing));
    }

    #[test]
    fn a_checksum_and_a_size_must_fit() {
        for back in 1..=TRAILER_BYTES {
            let wrong = changed(|p| {
                let at = p.len() - back;
                p[at] ^= 1;
            });
            assert_eq!(wrong, Err(ContainerError::Checksum), "{back}");
        }
    }

    #[test]
    fn data_that_is_cut_short_is_refused() {
        let cut = changed(|p| {
            p.drain(PACKED_MIN_BYTES - 12..);
            let missing = PACKED_MIN_BYTES - p.len();
            p.splice(HEADER.len()..HEADER.len(), vec![b' '; missing]);
        });
        assert_eq!(cut, Err(ContainerError::Deflate));
    }

    #[test]
    fn a_bomb_is_refused_before_it_unpacks() {
        let data = vec![0; UNPACKED_MAX_BYTES + 1];
        assert_eq!(pack(&data), Err(TooLarge));
        let deflated = deflate(&data);
        let least = HEADER.len() + 1 + deflated.len() + TRAILER_BYTES;
        let mut bomb = HEADER.to_vec();
        bomb.resize(HEADER.len() + padded_length(least) - least, b' ');
        bomb.push(0);
        bomb.extend(deflated);
        bomb.extend(trailer(&data));
        assert_eq!(unpack(&bomb), Err(ContainerError::TooLarge));
    }

    #[test]
    fn padded_lengths_are_those_of_padme() {
        for (length, padded) in [
            (0, 4096),
            (4096, 4096),
            (4097, 4352),
            (10_000, 10_240),
            (100_000, 100_352),
            (1 << 20, 1 << 20),
        ] {
            assert_eq!(padded_length(length), padded, "{length}");
        }
    }

    proptest! {
        #![proptest_config(property(256))]

        #[test]
        fn a_padded_length_is_the_next_and_hides_the_lowest_bits(length in 4096usize..(1 << 26)) {
            let padded = padded_length(length);
            prop_assert!(padded >= length);
            prop_assert!((padded - length) as f64 <= 0.12 * length as f64);
            prop_assert_eq!(padded_length(padded), padded);
            let exponent = padded.ilog2();
            let zeros = exponent - exponent.ilog2() - 1;
            prop_assert_eq!(padded % (1 << zeros), 0);
        }

        #[test]
        fn what_is_packed_unpacks(data in prop::collection::vec(any::<u8>(), 0..20_000)) {
            let packed = pack(&data).unwrap();
            prop_assert_eq!(padded_length(packed.len()), packed.len());
            prop_assert_eq!(unpack(&packed), Ok(data));
        }

        #[test]
        fn no_bytes_make_the_reader_panic(mut data in prop::collection::vec(any::<u8>(), 4086..4087)) {
            data.splice(0..0, HEADER);
            let _ = unpack(&data);
        }
    }
}
