//! The text of an identity file: writer and reader.

use zeroize::Zeroizing;

use super::SiteId;
use crate::domain::model::{Date, Identity, NotAnIdentity};

/// An identity, and the signers that its file pins.
#[derive(Debug, Clone)]
pub struct IdentityFile {
    /// In the file's order; never empty.
    pub identities: Vec<Identity>,
    /// As written, in order. Where there are any, one of them must be a site's signer.
    pub signers: Vec<String>,
}

/// What the comments of a new identity file say besides the public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityHeader<'a> {
    /// Whose it is.
    pub person: &'a str,
    /// The day it was made.
    pub created: Date,
    /// Nothing where the site is not known yet.
    pub site: Option<SiteId>,
    /// `ed25519:…`
    pub signers: &'a [String],
}

impl IdentityFile {
    /// Reads the text of an identity file, or a pasted key. Every line is blank, a comment or an identity.
    ///
    /// # Errors
    /// There is no identity, or a line is something else.
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let text = without_mark(text);
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys = lines().filter(|line| !line.starts_with('#'));
        let identities: Vec<Identity> = keys.map(Identity::parse).collect::<Result<_, _>>()?;
        if identities.is_empty() {
            return Err(NotAnIdentity::Empty);
        }
        Ok(Self {
            identities,
            signers: lines().filter_map(pinned).map(str::to_owned).collect(),
        })
    }

    /// The text of a file as editors write it: UTF-8, or UTF-16 with a byte order mark as Windows writes it.
    ///
    /// None if it is neither.
    pub fn text_of(bytes: &[u8]) -> Option<Zeroizing<String>> {
        let units = |pair: fn([u8; 2]) -> u16| {
            let (pairs, rest) = bytes[2..].as_chunks::<2>();
            let units: Zeroizing<Vec<u16>> =
                Zeroizing::new(pairs.iter().copied().map(pair).collect());
            let text = rest.is_empty().then(|| String::from_utf16(&units).ok());
            text.flatten().map(Zeroizing::new)
        };
        match bytes {
            [0xff, 0xfe, ..] => units(u16::from_le_bytes),
            [0xfe, 0xff, ..] => units(u16::from_be_bytes),
            _ => String::from_utf8(bytes.to_vec()).ok().map(Zeroizing::new),
        }
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
        let text = without_mark(text);
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

/// The text without the byte order mark that some editors write first.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
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
        assert_eq!(read.identities[0].recipient(), identity.recipient());
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
    fn a_text_without_a_whole_key_is_refused_and_what_it_is_is_said() {
        use NotAnIdentity as Not;
        let identity = Identity::generate();
        let key = identity.to_text();
        let other = if key.ends_with('Q') { 'P' } else { 'Q' };
        let flipped = format!("{}{other}", &key[..key.len() - 1]);
        let mixed = key.replacen("AGE-SECRET", "age-secret", 1);
        let beside = format!("{}\nssh-ed25519 AAAA", *key);
        let public = identity.recipient().to_string();
        for (bad, why) in [
            ("", Not::Empty),
            ("\u{feff}# nothing\n", Not::Empty),
            ("hunter2", Not::Other),
            (&key[..40], Not::Mistyped),
            (&flipped, Not::Mistyped),
            (&mixed, Not::Mistyped),
            (&public, Not::Public),
            ("AGE-PLUGIN-YUBIKEY-1QQQQ", Not::Plugin),
            (&beside, Not::Ssh),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
                Not::Ssh,
            ),
        ] {
            assert_eq!(IdentityFile::parse(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn key_files_are_read_as_people_have_them() {
        let keys = [(); 2].map(|()| Identity::generate().to_text());
        let [one, two] = keys.each_ref().map(|key| key.as_str());
        let text = format!(
            "# signer: ed25519:a\r\n  {one} \r\n\r\n# spare\r\n{}\r\n",
            two.to_lowercase()
        );
        let marked = format!("\u{feff}{text}");
        let units: Vec<u16> = marked.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [text.as_bytes(), marked.as_bytes(), &little, &big] {
            let read = IdentityFile::parse(&IdentityFile::text_of(bytes).unwrap()).unwrap();
            let texts: Vec<_> = read.identities.iter().map(Identity::to_text).collect();
            assert_eq!(texts, keys);
            assert_eq!(read.signers, ["ed25519:a"]);
        }
        assert!(IdentityFile::text_of(&little[..little.len() - 1]).is_none());
        assert!(IdentityFile::text_of(&[0xff, 0xfe, 0x00, 0xd8]).is_none());
        let pinned = IdentityFile::pin(&marked, Some("ed25519:a"), "ed25519:b");
        assert_eq!(IdentityFile::parse(&pinned).unwrap().signers, ["ed25519:b"]);
    }
}
