//! `gradus keys`: identities for people, and the key of the site.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gradus::access::plan;
use gradus::keys::{self, KeysError, KeysFault};
use gradus::model::{Identity, Organisation, Recipient, is_id};
use gradus::seal::{IdentityFile, IdentityHeader, Signer, SiteKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cli;

use super::{Failure, Here, MARKER, Message, checked, shell};

/// Names another file for the site key.
const SITE_KEY_FILE: &str = "GRADUS_SITE_KEY_FILE";

/// Runs one of the subcommands.
///
/// # Errors
///
/// A key that exists, is missing, or does not fit.
pub fn run(here: &Here, args: &cli::Keys) -> Result<(), Failure> {
    match args {
        cli::Keys::New(args) => new(here, args),
        cli::Keys::List(args) => list(here, args),
        cli::Keys::Login(args) => login(here, args),
        cli::Keys::Site => make_site_key(here, &here.organisation(None)?),
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        let message = match &error {
            KeysError::NoSiteKey(_) => Message::from_error(&error)
                .help("`gradus keys site` makes one; on another machine, copy the one that the team has"),
            KeysError::OtherSigner { .. } => Message::from_error(&error)
                .help("use the team's site key; readers have pinned its signer and would call this site forged"),
            KeysError::Exists(_) => Message::from_error(&error).help("a secret is never overwritten; name another file, or move this one away"),
            _ => Message::from_error(&error),
        };
        match error.fault() {
            KeysFault::Content => Self::Broken(message),
            KeysFault::Environment => Self::Environment(message),
            KeysFault::Keys => Self::Keys(message),
        }
    }
}

/// What key commands need of `gradus.toml`, however unfinished the rest of the tree is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Marker {
    seal: MarkerSeal,
    sources: MarkerSources,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MarkerSeal {
    signer: Option<String>,
    key_file: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MarkerSources {
    people: Option<PathBuf>,
    recipients: Vec<String>,
}

impl Marker {
    fn read(root: &Path) -> Result<Self, Failure> {
        let text = read(&root.join(MARKER))?;
        toml::from_str(&text).map_err(|error| {
            Failure::Broken(Message::from_error(&error).help("`gradus check` shows what is wrong"))
        })
    }

    fn key_path(&self, root: &Path) -> PathBuf {
        let of_tree = || {
            root.join(
                self.seal
                    .key_file
                    .as_deref()
                    .unwrap_or(Path::new(".gradus/site.key")),
            )
        };
        std::env::var_os(SITE_KEY_FILE).map_or_else(of_tree, PathBuf::from)
    }

    fn person_file(&self, root: &Path, person: &str) -> PathBuf {
        let people = root.join(
            self.sources
                .people
                .as_deref()
                .unwrap_or(Path::new("people")),
        );
        people.join(person).join("person.toml")
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|e| Failure::environment(&format!("could not read `{}`", path.display()), e))
}

/// The keys that an organisation's sources are sealed to, as written.
///
/// # Errors
///
/// `gradus.toml` cannot be read.
pub fn source_recipients(root: &Path) -> Result<Vec<String>, Failure> {
    Ok(Marker::read(root)?.sources.recipients)
}

/// The site key of an organisation, which must be its signer's.
///
/// # Errors
///
/// There is none, or another.
pub fn site_key(root: &Path, organisation: &Organisation) -> Result<SiteKey, Failure> {
    let path = match std::env::var_os(SITE_KEY_FILE) {
        Some(path) => PathBuf::from(path),
        None => root.join(&organisation.seal.key_file),
    };
    Ok(keys::load_site_key(
        &path,
        organisation.seal.signer.as_deref(),
    )?)
}

/// Makes a site key and writes its signer into `gradus.toml`.
///
/// # Errors
///
/// There is one, or the tree names a signer whose key is not here.
pub fn make_site_key(here: &Here, root: &Path) -> Result<(), Failure> {
    let marker = Marker::read(root)?;
    let path = marker.key_path(root);
    if let (Some(signer), false) = (&marker.seal.signer, path.exists()) {
        let message = Message::new(format!(
            "`{MARKER}` names the signer `{signer}`, and its key is not at `{}`",
            path.display()
        ));
        let help = "copy the team's site key there; if it is lost for good, remove `[seal] signer` first, and tell every reader";
        return Err(Failure::Keys(message.help(help)));
    }
    let key = keys::make_site_key(&path)?;
    let toml = root.join(MARKER);
    let text = keys::set_signer(&read(&toml)?, &key.signer())?;
    keys::replace_file(&toml, &text)?;
    here.say(&format!(
        "wrote the site key to {}: keep a copy where only the builders of the site can read it",
        path.display()
    ));
    here.say(&format!(
        "wrote `[seal] signer` into {MARKER}: {}",
        key.signer()
    ));
    Ok(())
}

fn new(here: &Here, args: &cli::KeysNew) -> Result<(), Failure> {
    if !is_id(&args.person) {
        let message = Message::new(format!("`{}` is no id", args.person));
        return Err(Failure::Usage(
            message.help("ids are lower-case letters, digits and `-`"),
        ));
    }
    let root = here.found_upwards();
    let marker = root
        .as_deref()
        .map(Marker::read)
        .transpose()?
        .unwrap_or_default();
    let person = root
        .as_ref()
        .map(|root| marker.person_file(root, &args.person));
    if let Some(file) = &person
        && !file.exists()
    {
        return Err(no_person(&args.person, file));
    }
    let key = root
        .as_ref()
        .and_then(|root| keys::load_site_key(&marker.key_path(root), None).ok());
    let given = args.signer.as_deref().map(signer_named).transpose()?;
    let signer = given.or(marker.seal.signer);
    let identity = Identity::generate();
    let out = here.path(
        args.out
            .as_deref()
            .unwrap_or(&PathBuf::from(format!("{}.key.txt", args.person))),
    );
    let text = identity_text(
        here,
        &args.person,
        &identity,
        key.as_ref(),
        signer.as_deref(),
    );
    keys::write_secret(&out, &text)?;
    here.say(&format!(
        "wrote {}: whoever has it reads what {} reads",
        out.display(),
        args.person
    ));
    if signer.is_none() {
        here.say("it pins no signer yet: the viewer will trust the first site that it opens");
    }
    if let Some(file) = person {
        add_to_person(here, &file, &identity.recipient())?;
        here.say("a site is sealed to it once `gradus access --accept` has accepted it");
    }
    shell::print(format!("{}\n", identity.recipient()).as_bytes())
}

/// There is no `person.toml` to write a key into, or it is sealed.
fn no_person(person: &str, file: &Path) -> Failure {
    let sealed = file.with_added_extension("age");
    let message = match sealed.exists() {
        true => Message::new(format!("`{}` is sealed", sealed.display())).help(
            "open it with `gradus unseal` first, and seal it again after: the key has to be written into it",
        ),
        false => Message::new(format!("`{person}` is nobody in people/"))
            .help(format!("`gradus new person {person} --name NAME` makes them")),
    };
    Failure::Usage(message)
}

fn signer_named(text: &str) -> Result<String, Failure> {
    let signer: Signer = text.parse().map_err(|_| {
        let message = Message::new(format!("`{text}` is no signer"));
        Failure::Usage(
            message.help("a signer begins with `ed25519:`; it stands in the site's `gradus.toml`"),
        )
    })?;
    Ok(signer.to_string())
}

fn identity_text(
    here: &Here,
    person: &str,
    identity: &Identity,
    key: Option<&SiteKey>,
    signer: Option<&str>,
) -> Zeroizing<String> {
    let signers: Vec<String> = signer.map(str::to_owned).into_iter().collect();
    let header = IdentityHeader {
        person,
        created: here.today,
        site: key.map(SiteKey::site_id),
        signers: &signers,
    };
    IdentityFile::write(identity, &header)
}

fn add_to_person(here: &Here, file: &Path, recipient: &Recipient) -> Result<(), Failure> {
    let before = read(file)?;
    let after = keys::add_recipient(&before, recipient)?;
    if before != after {
        keys::replace_file(file, &after)?;
        here.say(&format!("added its recipient to {}", file.display()));
    }
    Ok(())
}

fn login(here: &Here, args: &cli::KeysLogin) -> Result<(), Failure> {
    let root = here.organisation(None)?;
    let marker = Marker::read(&root)?;
    let person = marker.person_file(&root, &args.person);
    if !person.exists() {
        return Err(no_person(&args.person, &person));
    }
    let wrapped_to = person.with_file_name("login.age");
    if wrapped_to.exists() {
        let message = Message::new(format!("`{}` exists already", wrapped_to.display()));
        let help = "a changed passphrase means a new identity: old copies of the site keep the old login. Remove the file, then run this without `-i`";
        return Err(Failure::Environment(message.help(help)));
    }
    let (recipient, text) = login_identity(here, args, &marker)?;
    let passphrase = keys::generate_passphrase();
    let wrapped = keys::wrap_login(&text, &passphrase);
    fs::write(&wrapped_to, wrapped).map_err(|e| {
        Failure::environment(&format!("could not write `{}`", wrapped_to.display()), e)
    })?;
    here.say(&format!("wrote {}", wrapped_to.display()));
    add_to_person(here, &person, &recipient)?;
    here.say("the passphrase is shown once, here; whoever reads the host may guess at it, so it is long:");
    shell::print(format!("{}\n", *passphrase).as_bytes())
}

/// The identity to wrap, as the text of a file that pins the signer: the one named, or a new one.
fn login_identity(
    here: &Here,
    args: &cli::KeysLogin,
    marker: &Marker,
) -> Result<(Recipient, Zeroizing<String>), Failure> {
    let identity = match here.identity_files.as_slice() {
        [] => Identity::generate(),
        [_, _, ..] => {
            let message = Message::new("a login wraps one identity, and `-i` names several");
            return Err(Failure::Usage(message));
        }
        [path] => {
            let text = Zeroizing::new(read(&here.path(path))?);
            let file =
                IdentityFile::parse(&text).map_err(|e| Failure::Keys(Message::from_error(&e)))?;
            file.identity
        }
    };
    let signer = marker.seal.signer.as_deref();
    let text = identity_text(here, &args.person, &identity, None, signer);
    Ok((identity.recipient(), text))
}

/// One recipient of one person.
#[derive(Serialize)]
struct Row<'a> {
    person: &'a str,
    recipient: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<gradus::model::Date>,
    /// Whether it counts today.
    live: bool,
    sections: usize,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    keys: Vec<Row<'a>>,
}

fn list(here: &Here, args: &cli::KeysList) -> Result<(), Failure> {
    let root = here.organisation(None)?;
    let org = checked(here, &root)?;
    let access = plan(&org, here.today);
    let opens = access.per_recipient();
    let mut rows = Vec::new();
    for person in org.people.values() {
        let live: Vec<&str> = person.recipients_on(here.today).collect();
        rows.extend(person.keys.iter().map(|key| Row {
            person: person.id.as_str(),
            recipient: &key.recipient,
            until: key.until,
            live: live.contains(&key.recipient.as_str()),
            sections: opens.get(key.recipient.as_str()).copied().unwrap_or(0),
        }));
    }
    if args.json {
        return shell::print_json(&Json {
            schema: 1,
            keys: rows,
        });
    }
    shell::print(table(&rows, &org).as_bytes())
}

fn table(rows: &[Row], org: &Organisation) -> String {
    let mut text = String::new();
    for row in rows {
        let state = match (row.live, row.until) {
            (true, Some(until)) => format!("until {until}"),
            (true, None) => "live".into(),
            (false, _) => "counts no more".into(),
        };
        let _ = writeln!(
            text,
            "{:<16} {}  {:>4} sections  {state}",
            row.person, row.recipient, row.sections
        );
    }
    for person in org.people.values().filter(|person| person.keys.is_empty()) {
        let _ = writeln!(text, "{:<16} no key", person.id.as_str());
    }
    text
}
