//! What one run of the preview alone knows: everything secret of it derives from 32 random bytes.

use hkdf::Hkdf;
use hkdf::hmac::{Hmac, Mac};
use rand::RngCore;
use rand::rngs::OsRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::domain::model::{Date, Identity, PersonId};
use crate::sealed::seal::{IdentityFile, IdentityHeader, SiteKey};

/// Bytes in hexadecimal that make an address unguessable. A label of a host name has room for 31.
const ADDRESS_BYTES: usize = 16;

/// The secret of one run. Never written anywhere; wiped when dropped.
#[derive(Clone)]
pub struct RunSecret(Zeroizing<[u8; 32]>);

impl RunSecret {
    /// A new one from the system's randomness.
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// The throwaway identity of a person.
    pub fn identity(&self, person: &PersonId) -> Identity {
        Identity::from_bytes(*self.derive("identity", person.as_str()))
    }

    /// The identity file that a person unlocks the preview with. It pins the throwaway signer.
    pub fn identity_file(&self, person: &PersonId, today: Date) -> Zeroizing<String> {
        let site_key = self.site_key();
        let header = IdentityHeader {
            person: person.as_str(),
            created: today,
            site: Some(site_key.site_id()),
            signers: &[site_key.signer().to_string()],
        };
        IdentityFile::write(&self.identity(person), &header)
    }

    /// The throwaway key of the site.
    pub fn site_key(&self) -> SiteKey {
        SiteKey::from_bytes(self.derive("site", ""))
    }

    /// The token in the link of that number, in hexadecimal.
    pub fn token(&self, number: u64) -> String {
        hex(&*self.derive("token", &number.to_string()))
    }

    /// What stands in every address of this run, in the host or in the path: 128 bits in hexadecimal, as a label of a
    /// host name may hold.
    pub fn address(&self) -> String {
        hex(&self.derive("address", "")[..ADDRESS_BYTES])
    }

    /// What the cookie holds, in hexadecimal. It is not the token, so that neither tells the other.
    pub fn cookie(&self) -> String {
        hex(&*self.derive("cookie", ""))
    }

    /// Whether two texts are the same, in a time that does not tell how much of them is.
    pub fn is_same(&self, presented: &str, expected: &str) -> bool {
        self.tagged(presented).finalize() == self.tagged(expected).finalize()
    }

    fn tagged(&self, text: &str) -> Hmac<Sha256> {
        let key = self.derive("compare", "");
        let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        mac
    }

    /// `info` is unambiguous: no label holds a line end.
    fn derive(&self, label: &str, of: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        let info = format!("gradus preview {label}\n{of}");
        let expanded = Hkdf::<Sha256>::new(None, &*self.0).expand(info.as_bytes(), &mut *out);
        expanded.expect("32 bytes are far below HKDF's limit");
        out
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_a_run_differs_and_no_two_runs_share_any_of_it() {
        let all = |run: &RunSecret| {
            let [ada, grace] = ["ada", "grace"].map(|id| {
                let person = PersonId::new(id).expect("an id");
                run.identity(&person).recipient().to_string()
            });
            let site = run.site_key().site_id().to_string();
            [
                ada,
                grace,
                site,
                run.token(1),
                run.token(2),
                run.address(),
                run.cookie(),
            ]
        };
        let (one, other) = (RunSecret::generate(), RunSecret::generate());
        let mut seen = std::collections::BTreeSet::new();
        assert_eq!(all(&one), all(&one.clone()));
        for text in all(&one).into_iter().chain(all(&other)) {
            assert!(seen.insert(text));
        }
    }

    #[test]
    fn only_the_whole_text_is_the_same() {
        let run = RunSecret::generate();
        let token = run.token(1);
        assert!(run.is_same(&token, &run.token(1)));
        for bad in [
            "",
            &token[1..],
            &token[..63],
            &token.to_uppercase(),
            &format!("{token}0"),
        ] {
            assert!(!run.is_same(bad, &token), "{bad}");
        }
    }
}
