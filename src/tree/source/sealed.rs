//! Sealed sources: a file of the tree with a further `.age` ending is an age file, opened in memory alone.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::{DecryptError, Decryptor};
use age_core::format::{FileKey, Stanza};
use thiserror::Error;

use super::FILE_MAX_BYTES;
use crate::domain::model::{Identity, Recipient};

/// The ending that a sealed file has after its own.
pub const SEALED_ENDING: &str = ".age";

/// The largest sealed file that is read: room for armour and recipients besides [`FILE_MAX_BYTES`] of content.
pub const SEALED_MAX_BYTES: u64 = 2 * FILE_MAX_BYTES;

/// The most recipients that one sealed file may have: each is tried with each identity.
const RECIPIENTS_MAX: usize = 256;

/// Keys that sealed sources are opened with; none by default. A clone shares them.
#[derive(Clone, Default)]
pub struct Identities(Arc<[Identity]>);

/// Why a sealed source was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
#[expect(missing_docs, reason = "each message says what happened")]
pub enum Unopened {
    #[error("no identity was given to open it with")]
    NoIdentity,
    #[error("it is sealed to other keys than the identity that was given")]
    OtherIdentity,
    #[error("it is sealed with a passphrase, and sources are sealed to keys")]
    Passphrase,
    #[error("it is sealed to more than {RECIPIENTS_MAX} keys")]
    TooManyRecipients,
    #[error("what it holds is larger than {FILE_MAX_BYTES} bytes")]
    TooLarge,
    #[error("it is no age file, or a damaged one")]
    Damaged,
}

impl Unopened {
    /// Whether another identity could open it; otherwise the file itself is wrong.
    pub fn wants_identity(self) -> bool {
        matches!(self, Self::NoIdentity | Self::OtherIdentity)
    }
}

impl Identities {
    /// The recipients that they open for.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> + '_ {
        self.0.iter().map(Identity::recipient)
    }

    /// Opens an age file, binary or armoured. Damage that shows without a key is told without one.
    ///
    /// # Errors
    /// See [`Unopened`].
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(sealed));
        let decryptor = decryptor.map_err(|_| Unopened::Damaged)?;
        if decryptor.is_scrypt() {
            return Err(Unopened::Passphrase);
        }
        if self.0.is_empty() {
            return Err(Unopened::NoIdentity);
        }
        let keys: Vec<Few> = self.0.iter().map(Few).collect();
        let keys = keys.iter().map(|key| key as &dyn age::Identity);
        let reader = decryptor.decrypt(keys).map_err(why)?;
        let mut plain = Vec::with_capacity(sealed.len());
        let read = reader.take(FILE_MAX_BYTES + 1).read_to_end(&mut plain);
        read.map_err(|_| Unopened::Damaged)?;
        if plain.len() as u64 > FILE_MAX_BYTES {
            Err(Unopened::TooLarge)
        } else {
            Ok(plain)
        }
    }
}

impl FromIterator<Identity> for Identities {
    fn from_iter<I: IntoIterator<Item = Identity>>(identities: I) -> Self {
        Self(identities.into_iter().collect())
    }
}

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

fn why(error: DecryptError) -> Unopened {
    match error {
        DecryptError::NoMatchingKeys => Unopened::OtherIdentity,
        DecryptError::ExcessiveWork { .. } => Unopened::TooManyRecipients,
        _ => Unopened::Damaged,
    }
}

/// An identity that is not tried on endless recipients.
struct Few<'i>(&'i Identity);

impl age::Identity for Few<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.0.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        if stanzas.len() > RECIPIENTS_MAX {
            let (required, target) = (u8::MAX, u8::MAX);
            return Some(Err(DecryptError::ExcessiveWork { required, target }));
        }
        self.0.unwrap_stanzas(stanzas)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::domain::model::KeyKind;

    use age::Encryptor;
    use age::armor::{ArmoredWriter, Format};

    use super::*;

    fn sealed(to: &[&Identity], plain: &[u8], format: Format) -> Vec<u8> {
        let recipients: Vec<Recipient> = to.iter().map(|identity| identity.recipient()).collect();
        let recipients = recipients.iter().map(|r| r as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(recipients).unwrap();
        let armored = ArmoredWriter::wrap_output(Vec::new(), format).unwrap();
        let mut writer = encryptor.wrap_output(armored).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().and_then(ArmoredWriter::finish).unwrap()
    }

    #[test]
    fn one_of_several_identities_opens_a_file_armoured_or_not() {
        let (ours, theirs) = (Identity::generate(), Identity::generate());
        let identities: Identities = [theirs, ours.clone()].into_iter().collect();
        for format in [Format::Binary, Format::AsciiArmor] {
            let file = sealed(&[&Identity::generate(), &ours], b"words", format);
            assert_eq!(identities.open(&file), Ok(b"words".to_vec()));
        }
    }

    #[test]
    fn a_post_quantum_identity_opens_what_is_sealed_to_it_and_nothing_else() {
        let [ours, theirs] = [KeyKind::Hybrid; 2].map(Identity::generate_of);
        let file = sealed(&[&theirs, &ours], b"words", Format::Binary);
        let identities = [Identity::generate(), ours]
            .into_iter()
            .collect::<Identities>();
        assert_eq!(identities.open(&file), Ok(b"words".to_vec()));
        let other = Identities::from_iter([Identity::generate_of(KeyKind::Hybrid)]);
        assert_eq!(other.open(&file), Err(Unopened::OtherIdentity));
    }

    #[test]
    fn no_key_another_key_and_damage_are_told_apart() {
        let ours = Identity::generate();
        let file = sealed(&[&ours], b"words", Format::Binary);
        let keys = |identity: Identity| Identities::from_iter([identity]);
        assert_eq!(Identities::default().open(&file), Err(Unopened::NoIdentity));
        assert_eq!(
            keys(Identity::generate()).open(&file),
            Err(Unopened::OtherIdentity)
        );
        for end in 0..file.len() {
            assert_eq!(
                keys(ours.clone()).open(&file[..end]),
                Err(Unopened::Damaged),
                "{end}"
            );
        }
        let mut changed = file.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(keys(ours.clone()).open(&changed), Err(Unopened::Damaged));
        assert_eq!(Identities::default().open(b"words"), Err(Unopened::Damaged));
    }

    #[test]
    fn content_recipients_and_kind_have_bounds() {
        let ours = Identity::generate();
        let keys = Identities::from_iter([ours.clone()]);
        let most = vec![b'x'; usize::try_from(FILE_MAX_BYTES).unwrap()];
        let file = sealed(&[&ours], &most, Format::AsciiArmor);
        assert!((file.len() as u64) < SEALED_MAX_BYTES);
        assert_eq!(keys.open(&file), Ok(most.clone()));
        let more = sealed(&[&ours], &[most, vec![b'x']].concat(), Format::Binary);
        assert_eq!(keys.open(&more), Err(Unopened::TooLarge));
        let crowd = vec![&ours; RECIPIENTS_MAX + 1];
        let crowded = sealed(&crowd, b"words", Format::Binary);
        assert_eq!(keys.open(&crowded), Err(Unopened::TooManyRecipients));
    }
}
