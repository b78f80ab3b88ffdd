//! Values as hashes: whether something would be made from the same as before.
//!
//! A fingerprint holds for one program on one kind of machine: the standard library may hash otherwise in another. So
//! it stands beside that of the program, and nowhere outside of the ledger.

use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::hash::FileHash;

/// The SHA-256 of all that a value's [`Hash`] says of it.
pub fn of<T: Hash + ?Sized>(value: &T) -> FileHash {
    let mut hasher = Collected(Sha256::new());
    value.hash(&mut hasher);
    FileHash(hasher.0.finalize().into())
}

/// The SHA-256 of a file, such as the running program's own.
///
/// # Errors
/// It cannot be read.
pub fn of_file(path: &Path) -> io::Result<FileHash> {
    let mut digest = Sha256::new();
    io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(FileHash(digest.finalize().into()))
}

struct Collected(Sha256);

impl Hasher for Collected {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        digest
            .iter()
            .take(8)
            .fold(0, |n, byte| n << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ_anywhere_have_other_fingerprints() {
        let one = ("ada", vec![Some(1), None]);
        assert_eq!(of(&one), of(&one.clone()));
        assert_ne!(of(&one), of(&("ada", vec![Some(1)])));
        assert_ne!(of(&("a", "bc")), of(&("ab", "c")));
    }
}
