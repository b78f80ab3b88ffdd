//! Making and keeping keys: identity files, the site key, passphrase-wrapped logins, and the places in
//! the tree that name public halves.

mod life;
mod lines;
mod passphrase;
mod place;

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{Decryptor, Encryptor};
use thiserror::Error;
use toml_edit::{Array, Item, Table, TomlError, Value};
use zeroize::Zeroizing;

use crate::domain::model::{NotAnIdentity, Recipient, RecipientError};
use crate::ground::private;
use crate::ground::regular_file::{self, Links, NotTaken};
use crate::sealed::seal::{IdentityFile, Signer, SiteKey, SiteKeyError};

pub use life::{ListedKey, listed, mark_login, retire, revoke, without_builder};
pub use passphrase::{Weakness, generate_passphrase, weakness};
pub use place::{Held, hold, inside, replace_file};

/// scrypt's work factor: about a second in a browser, and below the 20 that browsers refuse.
const WORK_FACTOR: u8 = 18;

/// Most work that opening a login may ask for.
const WORK_FACTOR_MAX: u8 = 20;

/// Longest login or identity file that is read, in bytes.
const LOGIN_MAX_BYTES: u64 = 64 << 10;

/// The folder of a tree that gradus keeps its own files in.
const STATE: &str = ".gradus";

/// Longest file of a site key that is read, in bytes: a line, and room for comments.
const SITE_KEY_MAX_BYTES: u64 = 16 << 10;

/// Why a key could not be made, kept or used.
#[derive(Debug, Error)]
pub enum KeysError {
    /// Environment.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried, after "could not".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Environment where something else than a file stands there, keys where no such secret is so large.
    #[error("could not read `{}`", path.display())]
    NotTaken {
        /// The file.
        path: PathBuf,
        /// Why it was not read.
        #[source]
        source: NotTaken,
    },
    /// Environment: a secret is never overwritten.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// Environment: a file is meant that lies elsewhere.
    #[error("`{}` leads out of the organisation, to `{}`", link.display(), target.display())]
    Leaves {
        /// The link.
        link: PathBuf,
        /// What it leads to.
        target: PathBuf,
    },
    /// Environment: a link is not written through.
    #[error("`{}` is a symbolic link, to `{}`", link.display(), target.display())]
    Link {
        /// The link.
        link: PathBuf,
        /// What it leads to.
        target: PathBuf,
    },
    /// Environment: somebody else wrote it meanwhile.
    #[error("`{}` has changed since it was read", .0.display())]
    Changed(PathBuf),
    /// Environment.
    #[error("another command is changing the organisation in `{}`", .0.display())]
    Busy(PathBuf),
    /// Keys.
    #[error("there is no site key at `{}`", .0.display())]
    NoSiteKey(PathBuf),
    /// Keys.
    #[error("`{}` holds no site key", path.display())]
    SiteKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: SiteKeyError,
    },
    /// Keys: the site would be signed by another key than readers have pinned.
    #[error("the site key is of `{found}`, but the site's signer is `{expected}`")]
    OtherSigner {
        /// The signer that the organisation names.
        expected: String,
        /// The signer of the key.
        found: String,
    },
    /// Keys.
    #[error(transparent)]
    Recipient(#[from] RecipientError),
    /// Keys: a mistyped passphrase, or a file that it was not wrapped with.
    #[error("this passphrase does not open the login")]
    WrongPassphrase,
    /// Keys: not a passphrase-wrapped identity file, or a damaged one.
    #[error("this is not a login that gradus wrote, or it is damaged")]
    DamagedLogin,
    /// Keys.
    #[error("`{}` holds no identity", path.display())]
    NoIdentity {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        #[source]
        source: NotAnIdentity,
    },
    /// Keys: a person has no such key.
    #[error("the key `{0}` is not listed")]
    Unlisted(String),
    /// Keys: it may never count again.
    #[error("the key `{0}` was revoked")]
    Revoked(String),
    /// Content.
    #[error("this is not TOML")]
    Toml(#[from] TomlError),
    /// Content: a value of another shape stands where a key is to be added.
    #[error("`{0}` has another shape than keys are added to")]
    Shape(&'static str),
}

/// Which of the program's exit codes an error belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysFault {
    /// The files of the tree: exit code 1.
    Content,
    /// Files, disk or lock: exit code 3.
    Environment,
    /// A key that is missing, wrong or of no use: exit code 4.
    Keys,
}

impl KeysError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    fn leaves(link: &Path, target: &Path) -> Self {
        let (link, target) = (link.to_owned(), target.to_owned());
        Self::Leaves { link, target }
    }

    fn not_taken(path: &Path) -> impl FnOnce(NotTaken) -> Self {
        let path = path.to_owned();
        move |source| Self::NotTaken { path, source }
    }

    /// What has to be put right.
    pub fn fault(&self) -> KeysFault {
        match self {
            Self::NotTaken {
                source: NotTaken::TooLarge { .. },
                ..
            } => KeysFault::Keys,
            Self::Io { .. }
            | Self::NotTaken { .. }
            | Self::Exists(_)
            | Self::Leaves { .. }
            | Self::Link { .. }
            | Self::Changed(_)
            | Self::Busy(_) => KeysFault::Environment,
            Self::Toml(_) | Self::Shape(_) => KeysFault::Content,
            _ => KeysFault::Keys,
        }
    }
}

/// Writes a secret into a new file that only its owner reads.
///
/// # Errors
/// `Exists`, or `Io`.
pub fn write_secret(path: &Path, text: &str) -> Result<(), KeysError> {
    let mut file = private::new_file(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeysError::Exists(path.to_owned()),
        _ => KeysError::io("write", path)(error),
    })?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a secret is worse than none; the error below is the one to tell.
        let _ = fs::remove_file(path);
        KeysError::io("write", path)(error)
    })
}

/// Writes a new file that anybody may read.
///
/// # Errors
/// `Exists`, or `Io`.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeysError::Exists(path.to_owned()),
        _ => KeysError::io("write", path)(error),
    })
}

/// Makes a site key and keeps it in a new file; the folder is made where it is missing.
///
/// # Errors
/// `Exists`, or `Io`.
pub fn make_site_key(path: &Path) -> Result<SiteKey, KeysError> {
    let key = SiteKey::generate();
    if let Some(folder) = path.parent() {
        // A link in the place of gradus' own folder would lead a tree's secret out of it.
        if folder.ends_with(STATE) {
            regular_file::make_private_folder(folder).map_err(KeysError::not_taken(folder))?
        } else {
            fs::create_dir_all(folder).map_err(KeysError::io("make", folder))?
        }
    }
    let text = Zeroizing::new(format!(
        "# The site key: whoever holds it opens and signs everything. Keep it out of git, and keep a copy.\n\
         # signer: {}\n{}\n",
        key.signer(),
        *key.to_text(),
    ));
    write_secret(path, &text)?;
    Ok(key)
}

/// Puts a site key aside, under a name that tells which site it is of, and makes another in its place. Gives where
/// the old one lies; nothing where there was none.
///
/// # Errors
/// `Exists` where one of that site was put aside before; as [`load_site_key`] where what is there is no key; or `Io`.
pub fn replace_site_key(path: &Path) -> Result<(SiteKey, Option<PathBuf>), KeysError> {
    let aside = match load_site_key(path, None) {
        Err(KeysError::NoSiteKey(_)) => None,
        Err(error) => return Err(error),
        Ok(old) => {
            let aside = path.with_added_extension(format!("of-{}", old.site_id()));
            // A link, unlike a renaming, takes no other file's place.
            fs::hard_link(path, &aside).map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => KeysError::Exists(aside.clone()),
                _ => KeysError::io("put aside", path)(error),
            })?;
            fs::remove_file(path).map_err(KeysError::io("put aside", path))?;
            Some(aside)
        }
    };
    Ok((make_site_key(path)?, aside))
}

/// Reads the site key, and insists on the signer that `gradus.toml` names, if it names one.
///
/// # Errors
/// `NoSiteKey`, `SiteKey`, `OtherSigner`, or `Io`.
pub fn load_site_key(path: &Path, signer: Option<&str>) -> Result<SiteKey, KeysError> {
    let read = regular_file::read(path, Links::Followed, SITE_KEY_MAX_BYTES);
    site_key_in(path, read, signer)
}

/// The same of a file that the environment names, which may be a pipe.
///
/// # Errors
/// As [`load_site_key`].
pub fn load_named_site_key(path: &Path, signer: Option<&str>) -> Result<SiteKey, KeysError> {
    let read = regular_file::read_named(path, SITE_KEY_MAX_BYTES);
    site_key_in(path, read, signer)
}

fn site_key_in(
    path: &Path,
    read: Result<Vec<u8>, NotTaken>,
    signer: Option<&str>,
) -> Result<SiteKey, KeysError> {
    let bytes = match read {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.is_absence() => return Err(KeysError::NoSiteKey(path.to_owned())),
        Err(source) => return Err(KeysError::not_taken(path)(source)),
    };
    let text = std::str::from_utf8(&bytes).unwrap_or_default(); // which holds no key either
    let key = SiteKey::parse(text).map_err(|source| KeysError::SiteKey {
        path: path.to_owned(),
        source,
    })?;
    match signer {
        Some(expected) if expected.trim() != key.signer().to_string() => {
            Err(KeysError::OtherSigner {
                expected: expected.to_owned(),
                found: key.signer().to_string(),
            })
        }
        _ => Ok(key),
    }
}

/// Adds a recipient to the text of a `person.toml`; comments and order stay. One that is there
/// already leaves the text as it is.
///
/// # Errors
/// `Revoked`; `Toml`, or `Shape` where `keys` is no array.
pub fn add_recipient(person_toml: &str, recipient: &Recipient) -> Result<String, KeysError> {
    lines::edited(person_toml, |document| {
        let keys = document
            .entry("keys")
            .or_insert_with(|| Value::Array(Array::new()).into());
        let keys = keys.as_array_mut().ok_or(KeysError::Shape("keys"))?;
        let Some(key) = keys.iter().find(|key| names_recipient(key, recipient)) else {
            lines::append(keys, recipient.to_string());
            return Ok(());
        };
        let table = key.as_inline_table();
        if table.is_some_and(|table| table.contains_key("revoked")) {
            Err(KeysError::Revoked(recipient.shown()))
        } else {
            Ok(())
        }
    })
}

/// `"age1…"` or `{ key = "age1…" }`.
fn names_recipient(key: &Value, recipient: &Recipient) -> bool {
    let text = key
        .as_str()
        .or_else(|| key.as_inline_table()?.get("key")?.as_str());
    text.is_some_and(|text| Recipient::parse(text).as_ref() == Ok(recipient))
}

/// Sets `[seal] signer` in the text of a `gradus.toml`; comments and order stay.
///
/// # Errors
/// `Toml`, or `Shape` where `seal` is no table.
pub fn set_signer(gradus_toml: &str, signer: &Signer) -> Result<String, KeysError> {
    lines::edited(gradus_toml, |document| {
        let seal = document
            .entry("seal")
            .or_insert_with(|| Item::Table(Table::new()));
        let seal = seal.as_table_like_mut().ok_or(KeysError::Shape("seal"))?;
        let signer = signer.to_string();
        match seal.get_mut("signer").and_then(Item::as_value_mut) {
            Some(value) => {
                let around = value.decor().clone();
                *value = signer.into();
                *value.decor_mut() = around;
            }
            None => {
                seal.insert("signer", toml_edit::value(signer));
            }
        }
        Ok(())
    })
}

/// Wraps the text of an identity file with a passphrase: the content of `login.age`.
pub fn wrap_login(identity_file: &str, passphrase: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .expect("one scrypt recipient is always a valid set");
    let mut wrapped = Vec::new();
    let written = encryptor.wrap_output(&mut wrapped).and_then(|mut writer| {
        writer.write_all(identity_file.as_bytes())?;
        writer.finish().map(drop)
    });
    written.expect("writing to memory does not fail");
    wrapped
}

/// Opens a login: the identity with the signers pinned in it. Tries each reading of the passphrase.
///
/// # Errors
/// `WrongPassphrase`, or `DamagedLogin`.
pub fn unwrap_login(wrapped: &[u8], passphrase: &str) -> Result<IdentityFile, KeysError> {
    let tries = passphrase::readings(passphrase);
    let mut opened = tries.iter().map(|reading| unwrap_exactly(wrapped, reading));
    let is_wrong = |result: &Result<_, _>| matches!(result, Err(KeysError::WrongPassphrase));
    opened
        .find(|result| !is_wrong(result))
        .unwrap_or(Err(KeysError::WrongPassphrase))
}

fn unwrap_exactly(wrapped: &[u8], passphrase: &str) -> Result<IdentityFile, KeysError> {
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(WORK_FACTOR_MAX);
    let wrapped = ArmoredReader::new(wrapped);
    let decryptor = Decryptor::new_buffered(wrapped).map_err(|_| KeysError::DamagedLogin)?;
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
    let reader = reader.map_err(|error| match error {
        age::DecryptError::NoMatchingKeys | age::DecryptError::DecryptionFailed => {
            KeysError::WrongPassphrase
        }
        _ => KeysError::DamagedLogin,
    })?;
    let mut text = Zeroizing::new(String::new());
    let read = reader.take(LOGIN_MAX_BYTES).read_to_string(&mut text);
    read.map_err(|_| KeysError::DamagedLogin)?;
    IdentityFile::parse(&text).map_err(|_| KeysError::DamagedLogin)
}

/// Reads an identity file, wrapped with a passphrase or not; only for a wrapped one is `ask` called.
///
/// # Errors
/// `Io`, `NoIdentity`, or as [`unwrap_login`].
pub fn load_identity_file(
    path: &Path,
    ask: &dyn Fn(&Path) -> io::Result<Zeroizing<String>>,
) -> Result<IdentityFile, KeysError> {
    let read = regular_file::read_named(path, LOGIN_MAX_BYTES);
    let bytes = Zeroizing::new(read.map_err(KeysError::not_taken(path))?);
    let text = IdentityFile::text_of(&bytes);
    let parsed = text
        .as_ref()
        .map_or(Err(NotAnIdentity::Other), |text| IdentityFile::parse(text));
    let source = match parsed {
        Ok(file) => return Ok(file),
        Err(source) => source,
    };
    let wrapped = text
        .as_ref()
        .map_or(bytes.as_slice(), |text| text.as_bytes());
    if Decryptor::new_buffered(ArmoredReader::new(wrapped)).is_err() {
        let path = path.to_owned();
        return Err(KeysError::NoIdentity { path, source });
    }
    let passphrase = ask(path).map_err(KeysError::io("read the passphrase of", path))?;
    unwrap_login(wrapped, &passphrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::Identity;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_signer_is_set_with_the_line_ends_that_are_there() {
        let signer = SiteKey::generate().signer();
        let before = "name = \"A\"\r\n[seal]\r\nsigner = \"old\" # pinned\r\n";
        assert_eq!(
            set_signer(before, &signer).unwrap(),
            before.replace("old", &signer.to_string())
        );
    }

    #[test]
    fn a_secret_is_read_by_its_owner_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ada.txt");
        write_secret(&path, "first").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(matches!(
            write_secret(&path, "second"),
            Err(KeysError::Exists(_))
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    }

    #[test]
    fn a_site_key_is_made_once_and_must_be_the_signers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".gradus/site.key");
        assert!(matches!(
            load_site_key(&path, None),
            Err(KeysError::NoSiteKey(_))
        ));
        let key = make_site_key(&path).unwrap();
        let signer = key.signer().to_string();
        assert_eq!(
            load_site_key(&path, Some(&signer)).unwrap().site_id(),
            key.site_id()
        );
        assert!(matches!(make_site_key(&path), Err(KeysError::Exists(_))));
        let other = SiteKey::generate().signer().to_string();
        let refused = load_site_key(&path, Some(&other)).unwrap_err();
        assert!(matches!(refused, KeysError::OtherSigner { .. }));
        assert_eq!(refused.fault(), KeysFault::Keys);
    }

    #[test]
    fn a_recipient_is_added_once_and_comments_stay() {
        let recipient = Identity::generate().recipient();
        let before = "# about Ada\nname = \"Ada\" # her name\nkeys = [] # none yet\n\n[[role]]\nfrom = 2025-01-01\n";
        let after = add_recipient(before, &recipient).unwrap();
        assert_eq!(after, before.replace("[]", &format!("[\"{recipient}\"]")));
        assert_eq!(add_recipient(&after, &recipient).unwrap(), after);
        let table = format!("keys = [{{ key = \"{recipient}\", until = 2026-09-30 }}]\n");
        assert_eq!(add_recipient(&table, &recipient).unwrap(), table);
        assert!(matches!(
            add_recipient("keys = 1", &recipient),
            Err(KeysError::Shape("keys"))
        ));
    }

    #[test]
    fn in_a_list_of_several_lines_every_comment_stays_beside_its_key() {
        let new = Identity::generate().recipient();
        let (one, two) = ("age1one", "age1two");
        let list = |last: &str| {
            format!("name = \"A\"\nkeys = [\n  \"{one}\", # laptop\n  \"{two}\"{last}]\n")
        };
        for (before, after) in [
            (", # spare\n", format!(", # spare\n  \"{new}\",\n")),
            (" # spare\n", format!(", # spare\n  \"{new}\"\n")),
            (",\n", format!(",\n  \"{new}\",\n")),
            ("\n", format!(",\n  \"{new}\"\n")),
            (
                ", # spare\n  # more to come\n",
                format!(", # spare\n  # more to come\n  \"{new}\",\n"),
            ),
        ] {
            assert_eq!(add_recipient(&list(before), &new).unwrap(), list(&after));
            let windows = |text: &str| text.replace('\n', "\r\n");
            assert_eq!(
                add_recipient(&windows(&list(before)), &new).unwrap(),
                windows(&list(&after))
            );
        }
        let line = format!("keys = [\"{one}\"] # all\r\n[[role]]\nfrom = 2025-01-01\r\n");
        let after = line.replace("one\"]", &format!("one\", \"{new}\"]"));
        assert_eq!(add_recipient(&line, &new).unwrap(), after);
    }

    #[test]
    fn a_recipient_comes_before_the_first_table_where_there_were_none() {
        let recipient = Identity::generate().recipient();
        let after = add_recipient(
            "name = \"Ada\"\n\n[[role]]\nfrom = 2025-01-01\n",
            &recipient,
        )
        .unwrap();
        let read: toml_edit::DocumentMut = after.parse().unwrap();
        assert_eq!(
            read["keys"][0].as_str(),
            Some(recipient.to_string().as_str())
        );
    }

    #[test]
    fn the_signer_is_set_and_comments_stay() {
        let signer = SiteKey::generate().signer();
        let before = "name = \"A\"\n[seal]\nsigner = \"old\" # pinned\nepoch = 1\n";
        assert_eq!(
            set_signer(before, &signer).unwrap(),
            before.replace("old", &signer.to_string())
        );
        let fresh = set_signer("name = \"A\" # us\n", &signer).unwrap();
        assert_eq!(
            fresh,
            format!("name = \"A\" # us\n\n[seal]\nsigner = \"{signer}\"\n")
        );
    }

    #[test]
    fn a_login_opens_with_its_passphrase_alone() {
        let identity = Identity::generate();
        let text = format!("# signer: ed25519:x\n{}\n", *identity.to_text());
        let wrapped = wrap_login(&text, "correct horse");
        assert!(wrapped.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        assert!(
            String::from_utf8_lossy(&wrapped)
                .lines()
                .nth(1)
                .unwrap()
                .ends_with(" 18")
        );
        let opened = unwrap_login(&wrapped, "correct horse").unwrap();
        assert_eq!(opened.identities[0].recipient(), identity.recipient());
        assert_eq!(opened.signers, ["ed25519:x"]);
        for typed in ["correct-horse", " correct horse\n"] {
            assert!(unwrap_login(&wrapped, typed).is_err() == typed.contains('-'));
        }
        assert!(matches!(
            unwrap_login(&wrapped, "wrong"),
            Err(KeysError::WrongPassphrase)
        ));
        let cut = &wrapped[..wrapped.len() - 1];
        assert!(matches!(
            unwrap_login(cut, "correct horse"),
            Err(KeysError::DamagedLogin)
        ));
    }
}
