//! One age file, sealed to one recipient and opened with one identity.

use std::io::{Read, Write};

use age::{DecryptError, Decryptor, Encryptor};
use age_core::format::{FileKey, Stanza};
use thiserror::Error;

use crate::domain::model::{Identity, KeyKind, Recipient};

/// The bytes are no age file with one stanza for a key, or the identity does not open them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an age file for this key, or a damaged one")]
pub struct NotOpened;

/// Seals some bytes to one recipient.
pub fn seal(recipient: &Recipient, plaintext: &[u8]) -> Vec<u8> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient))
        .expect("one recipient is always a valid set");
    let mut sealed = Vec::with_capacity(plaintext.len() + plaintext.len() / 1024 + 1024);
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(plaintext)?;
        writer.finish().map(drop)
    });
    written.expect("writing to memory does not fail");
    sealed
}

/// Opens what [`seal`] made. Stanzas of unknown kinds are ignored.
///
/// # Errors
/// It is not for that identity, has not exactly one stanza for a key of either kind, or is damaged.
pub fn open(identity: &Identity, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
    let identity = OneStanza(identity);
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| NotOpened)?;
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
    let mut plaintext = Vec::with_capacity(sealed.len());
    let read = reader.map_err(|_| NotOpened)?.read_to_end(&mut plaintext);
    read.map_err(|_| NotOpened)?;
    Ok(plaintext)
}

/// An identity that insists on exactly one stanza for a key, so that a file never has a second reader.
struct OneStanza<'i>(&'i Identity);

impl age::Identity for OneStanza<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.0.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let tags = [KeyKind::X25519, KeyKind::Hybrid].map(KeyKind::tag);
        let for_a_key = |stanza: &&Stanza| tags.contains(&stanza.tag.as_str());
        let mut ours = stanzas.iter().filter(for_a_key);
        match (ours.next(), ours.next()) {
            (Some(stanza), None) => self.unwrap_stanza(stanza),
            _ => Some(Err(DecryptError::InvalidHeader)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_identity_alone() {
        let identity = Identity::generate();
        let sealed = seal(&identity.recipient(), b"a talk");
        assert_eq!(open(&identity, &sealed).unwrap(), b"a talk");
        assert!(open(&Identity::generate(), &sealed).is_err());
    }

    #[test]
    fn a_sealed_file_has_one_x25519_stanza() {
        for _ in 0..50 {
            let sealed = seal(&Identity::generate().recipient(), b"");
            let text = String::from_utf8_lossy(&sealed);
            assert_eq!(text.matches("\n-> X25519 ").count(), 1);
        }
    }

    #[test]
    fn a_file_with_a_second_reader_is_refused() {
        let (one, two) = (
            age::x25519::Identity::generate(),
            age::x25519::Identity::generate(),
        );
        let (to_one, to_two) = (one.to_public(), two.to_public());
        let both: [&dyn age::Recipient; 2] = [&to_one, &to_two];
        let mut sealed = Vec::new();
        let encryptor = Encryptor::with_recipients(both.into_iter()).unwrap();
        let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
        writer.write_all(b"x").unwrap();
        writer.finish().unwrap();
        let identity = Identity::parse(age::secrecy::ExposeSecret::expose_secret(&one.to_string()));
        assert_eq!(open(&identity.unwrap(), &sealed), Err(NotOpened));
    }

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let identity = Identity::generate();
        let sealed = seal(&identity.recipient(), b"a talk");
        for end in 0..sealed.len() {
            assert!(open(&identity, &sealed[..end]).is_err(), "{end}");
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&identity, &changed).is_err(), "{at}");
        }
        let longer = [sealed.as_slice(), b"x"].concat();
        assert!(open(&identity, &longer).is_err());
    }
}
