//! The text of an identity file: writer and reader.

use zeroize::Zeroizing;

use super::SiteId;
use crate::model::{Date, Identity, NotAnIdentity};

/// An identity, and the signers that its file pins.
#[derive(Debug, Clone)]
pub struct IdentityFile {
    pub identity: Identity,
    /// As written, in order. Where there are any, one of them must be a site's signer.
    pub signers: Vec<String>,
}

/// What the comments of a new identity file say besides the public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityHeader<'a> {
    /// Whose it is.
    pub person: &'a str,
    pub created: Date,
    /// Nothing where the site is not known yet.
    pub site: Option<SiteId>,
    /// `ed25519:…`
    pub signers: &'a [String],
}

impl IdentityFile {
    /// Reads the text of an identity file, or a pasted key: exactly one line that is no comment.
    ///
    /// # Errors
    /// There is no identity, or several, or it is mistyped.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut keys = lines().filter(|line| !line.starts_with('#'));
        let (Some(key), None) = (keys.next(), keys.next()) else {
            return Err(NotAnIdentity);
        };
        Ok(Self {
            identity: Identity::parse(key)?,
            signers: lines().filter_map(pinned).map(str::to_owned).collect(),
        })
    }

    /// The text of a file for an identity.
    pub fn write(identity: &Identity, header: &IdentityHeader<'_>) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(1024));
        let IdentityHeader {
            person,
            created,
            site,
            signers,
        } = header;
        text.push_str("# The key of ");
        text.push_str(person);
        text.push_str(": keep it secret, and keep a copy. It opens what was sealed to it, and nothing else does.\n");
        text.push_str(&format!("# created: {created}\n"));
        text.push_str(&format!("# public key: {}\n", identity.recipient()));
        if let Some(site) = site {
            text.push_str(&format!("# site: {site}\n"));
        }
        for signer in *signers {
            text.push_str(&format!("# signer: {signer}\n"));
        }
        text.push_str(&identity.to_text());
        text.push('\n');
        text
    }

    /// The text of an identity file that pins a signer in the place of an old one, or besides those that it pins.
    /// Everything else of it stays.
    pub fn pin(text: &str, old: Option<&str>, signer: &str) -> Zeroizing<String> {
        let line = format!("# signer: {signer}");
        let mut lines = Zeroizing::new(String::with_capacity(text.len() + line.len() + 1));
        let mut is_done = false;
        for before in text.lines() {
            let is_comment = before.trim_start().starts_with('#');
            let is_old = old.is_some() && pinned(before.trim()) == old;
            let is_key = old.is_none() && !is_comment && !before.trim().is_empty();
            if !is_done && (is_old || is_key) {
                lines.push_str(&line);
                lines.push('\n');
                is_done = true;
            }
            if !is_old {
                lines.push_str(before);
                lines.push('\n');
            }
        }
        lines
    }
}

/// The signer that a comment pins.
fn pinned(line: &str) -> Option<&str> {
    let comment = line.strip_prefix('#')?.trim_start();
    let signer = comment.strip_prefix("signer:")?.trim();
    let one_word = !signer.is_empty() && !signer.contains(char::is_whitespace);
    one_word.then_some(signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_file_is_read_as_it_was_written() {
        let identity = Identity::generate();
        let signers = ["ed25519:a".to_owned(), "ed25519:b".to_owned()];
        let header = IdentityHeader {
            person: "ada",
            created: Date::default(),
            site: None,
            signers: &signers,
        };
        let text = IdentityFile::write(&identity, &header);
        let read = IdentityFile::parse(&text).unwrap();
        assert_eq!(read.identity.recipient(), identity.recipient());
        assert_eq!(read.signers, signers);
        assert!(IdentityFile::parse(&text.replace('\n', "\r\n")).is_ok());
    }

    #[test]
    fn a_signer_is_pinned_in_the_place_of_the_old_one_or_before_the_key() {
        let key = Identity::generate().to_text();
        let two = format!(
            "# mine\n# signer: ed25519:a\n# signer: ed25519:b\n{}\n",
            *key
        );
        let after = IdentityFile::pin(&two, Some("ed25519:a"), "ed25519:c");
        assert_eq!(*after, two.replace("ed25519:a", "ed25519:c"));
        let bare = IdentityFile::pin(&key, None, "ed25519:c");
        assert_eq!(*bare, format!("# signer: ed25519:c\n{}\n", *key));
        assert_eq!(IdentityFile::parse(&bare).unwrap().signers, ["ed25519:c"]);
    }

    #[test]
    fn a_text_with_no_key_or_two_is_refused() {
        let key = Identity::generate().to_text();
        assert!(IdentityFile::parse(&key).is_ok());
        for bad in [
            "",
            "# nothing\n",
            "hunter2",
            &format!("{0}\n{0}", *key),
            &key[..40],
        ] {
            assert!(IdentityFile::parse(bad).is_err(), "{bad}");
        }
    }
}
