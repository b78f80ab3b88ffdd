//! `gradus keys`: identities for people, and the key of the site.

mod life;
mod login;
mod signer;

use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::domain::access::plan;
use crate::domain::model::{
    Date, Identity, KeyKind, Organisation, Person, ReaderKey, Recipient, is_id,
};
use crate::ground::diag::Position;
use crate::ground::regular_file::{self, Links};
use crate::sealed::keys::{self, KeysError, KeysFault, ListedKey};
use crate::sealed::seal::{IdentityFile, IdentityHeader, Signer, SiteKey};
use crate::tree::check::ALLOW_OUTSIDE;
use crate::tree::source::{self, FILE_MAX_BYTES, would_be_committed};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cli::args;

use super::{Failure, Here, MARKER, Message, checked, shell};

/// Names another file for the site key.
const SITE_KEY_FILE: &str = "GRADUS_SITE_KEY_FILE";

/// The directory of what is nobody else's business than the builder's.
const STATE: &str = ".gradus";

/// Runs one of the subcommands.
///
/// # Errors
///
/// A key that exists, is missing, or does not fit.
pub fn run(here: &Here, args: &args::Keys) -> Result<(), Failure> {
    match args {
        args::Keys::New(args) => new(here, args),
        args::Keys::List(args) => list(here, args),
        args::Keys::Login(args) => login::login(here, args),
        args::Keys::Retire(args) => life::retire(here, args),
        args::Keys::Revoke(args) => life::revoke(here, args),
        args::Keys::Site(args) if args.rotate => signer::rotate(here, &here.organisation()?),
        args::Keys::Site(_) => make_site_key(here, &here.organisation()?),
        args::Keys::Pin(args) => signer::pin(here, args),
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        let message = match &error {
            KeysError::NoSiteKey(_) => Message::from_error(&error)
                .help("`gradus keys site` makes one; on another machine, copy the one that the team has"),
            KeysError::OtherSigner { .. } => Message::from_error(&error)
                .help("use the team's site key; readers have pinned its signer and would call this site forged"),
            KeysError::NoIdentity { source, .. } => Message::from_error(&error).help(source.help()),
            KeysError::Revoked(_) => Message::from_error(&error).help("a key that was revoked may be in other hands; `gradus keys new ID` makes another"),
            KeysError::Exists(_) => Message::from_error(&error).help("a secret is never overwritten; name another file, or move this one away"),
            KeysError::Leaves { .. } => Message::from_error(&error)
                .note("nothing was written there")
                .help("key commands write to what lies in the organisation itself, or where `[sources]` says: put the file there in the place of the link"),
            KeysError::Link { .. } => Message::from_error(&error)
                .note("nothing was written")
                .help("name the file itself"),
            KeysError::Changed(_) => Message::from_error(&error)
                .note("it is as whoever wrote it left it")
                .help("run the command again"),
            KeysError::Busy(_) => Message::from_error(&error)
                .note("nothing was written")
                .help("wait until it has ended, then run this one again"),
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
    post_quantum: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MarkerSources {
    people: Option<PathBuf>,
    recipients: Vec<String>,
}

impl Marker {
    fn read(here: &Here, root: &Path) -> Result<Self, Failure> {
        Self::parse(&settings(here, root)?)
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let message =
                Message::new(format!("`{MARKER}` is not understood: {}", error.message()));
            Failure::Broken(message.help("`gradus check` shows what is wrong"))
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

    /// The directory of people.
    fn people(&self, root: &Path) -> PathBuf {
        let named = self.sources.people.as_deref();
        root.join(named.unwrap_or(Path::new("people")))
    }

    fn person_file(&self, root: &Path, person: &str) -> PathBuf {
        self.people(root).join(person).join("person.toml")
    }

    /// Where a file of the organisation lies, to write to: the same, with no link in it that leads out.
    ///
    /// # Errors
    ///
    /// A link of it leads out of the organisation, and of the directory of people that it declares.
    fn writable(&self, root: &Path, file: &Path) -> Result<PathBuf, Failure> {
        if let Some(below) = plainly_below(file, root) {
            return Ok(keys::inside(root, below)?);
        }
        let people = self.people(root);
        match plainly_below(file, &people) {
            Some(below) => Ok(keys::inside(&people, below)?),
            None => Ok(file.to_owned()),
        }
    }

    /// Where the site key is to be written.
    ///
    /// # Errors
    ///
    /// A link leads elsewhere.
    fn new_key_path(&self, root: &Path) -> Result<PathBuf, Failure> {
        let path = self.key_path(root);
        let state = root.join(STATE);
        let is_link = state
            .symlink_metadata()
            .is_ok_and(|there| there.is_symlink());
        if path.starts_with(&state) && is_link {
            let target = fs::read_link(&state).unwrap_or_default();
            return Err(KeysError::Link {
                link: state,
                target,
            }
            .into());
        }
        self.writable(root, &path)
    }

    /// The kind of keys that the site is sealed to.
    fn key_kind(&self) -> KeyKind {
        if self.seal.post_quantum {
            KeyKind::Hybrid
        } else {
            KeyKind::X25519
        }
    }

    /// The keys that sources are sealed to; texts that are no recipients are passed over.
    fn builders(&self) -> impl Iterator<Item = ListedKey> {
        let recipients = self.sources.recipients.iter();
        recipients.filter_map(|text| {
            Some(ListedKey {
                recipient: Recipient::parse(text).ok()?,
                until: None,
                is_revoked: false,
            })
        })
    }
}

/// The text of an organisation's `gradus.toml`, wherever its settings lead.
fn marker_text(root: &Path) -> Result<String, Failure> {
    read(&keys::inside(root, Path::new(MARKER))?)
}

/// The text of an organisation's `gradus.toml`, of which no setting leads to where it may not.
///
/// # Errors
///
/// It cannot be read, is a link that leads out of the organisation, or a setting leads out of it and was not allowed to.
pub fn settings(here: &Here, root: &Path) -> Result<String, Failure> {
    let text = marker_text(root)?;
    let leading_out = source::leading_out(root, &text, &here.outside()?);
    let leads = leading_out.iter().map(|leads| {
        let at = Position::of(&text, leads.place.start, leads.place.end);
        let (setting, file) = (&leads.setting, &leads.place.file);
        format!(
            "{file}:{}:{}: `{setting}` leads out of the tree",
            at.line, at.column
        )
    });
    let mut leads = leads.collect::<Vec<_>>().into_iter();
    let Some(first) = leads.next() else {
        return Ok(text);
    };
    let message = leads.fold(Message::new(first), Message::note);
    Err(Failure::Broken(message.help(ALLOW_OUTSIDE)))
}

/// What of a path lies below a directory, as it is written: nothing where it begins elsewhere or climbs.
fn plainly_below<'p>(path: &'p Path, directory: &Path) -> Option<&'p Path> {
    let below = path.strip_prefix(directory).ok()?;
    let climbs = below.components().any(|part| part == Component::ParentDir);
    (!climbs).then_some(below)
}

/// The text of a file of the tree that is no larger than those which are checked.
///
/// # Errors
///
/// It cannot be read, is too large, or is no text.
pub fn read(path: &Path) -> Result<String, Failure> {
    let failed = || format!("could not read `{}`", path.display());
    let bytes = regular_file::read(path, Links::Followed, FILE_MAX_BYTES);
    let bytes = bytes.map_err(|error| Failure::environment(&failed(), error))?;
    String::from_utf8(bytes).map_err(|error| Failure::environment(&failed(), error))
}

/// The keys that an organisation's sources are sealed to, as written.
///
/// # Errors
///
/// `gradus.toml` cannot be read.
pub fn source_recipients(root: &Path) -> Result<Vec<String>, Failure> {
    Ok(Marker::parse(&marker_text(root)?)?.sources.recipients)
}

/// The signer that an organisation names, however unfinished the rest of the tree is.
///
/// # Errors
///
/// `gradus.toml` cannot be read, or names something else.
pub fn named_signer(root: &Path) -> Result<Option<Signer>, Failure> {
    let named = Marker::parse(&marker_text(root)?)?.seal.signer;
    named.as_deref().map(signer_of).transpose()
}

/// The site key of an organisation, which must be its signer's.
///
/// # Errors
///
/// There is none, or another.
pub fn site_key(here: &Here, root: &Path, organisation: &Organisation) -> Result<SiteKey, Failure> {
    warn_of_open_site_key(here, root, organisation);
    site_key_unseen(root, organisation)
}

/// Says that others can read the site key, where they can.
pub fn warn_of_open_site_key(here: &Here, root: &Path, organisation: &Organisation) {
    let of_tree = || root.join(&organisation.seal.key_file);
    here.warn_of_open_secret(&site_key_of_environment().unwrap_or_else(of_tree));
}

/// As [`site_key`], without a word about who can read it.
///
/// # Errors
///
/// As [`site_key`].
pub fn site_key_unseen(root: &Path, organisation: &Organisation) -> Result<SiteKey, Failure> {
    let signer = organisation.seal.signer.as_deref();
    Ok(match site_key_of_environment() {
        Some(path) => keys::load_named_site_key(&path, signer)?,
        None => keys::load_site_key(&root.join(&organisation.seal.key_file), signer)?,
    })
}

fn site_key_of_environment() -> Option<PathBuf> {
    std::env::var_os(SITE_KEY_FILE).map(PathBuf::from)
}

/// Makes a site key and writes its signer into `gradus.toml`.
///
/// # Errors
///
/// There is one, or the tree names a signer whose key is not here.
pub fn make_site_key(here: &Here, root: &Path) -> Result<(), Failure> {
    let _held = keys::hold(root)?;
    let marker = Marker::read(here, root)?;
    let path = marker.new_key_path(root)?;
    if let (Some(signer), false) = (&marker.seal.signer, path.exists()) {
        let message = Message::new(format!(
            "`{MARKER}` names the signer `{signer}`, and its key is not at `{}`",
            path.display()
        ));
        let help = "copy the team's site key there; if it is lost for good, remove `[seal] signer` first, and tell every reader";
        return Err(Failure::Keys(message.help(help)));
    }
    let key = keys::make_site_key(&path)?;
    signer::write_signer(here, root, &path, &key.signer())
}

fn new(here: &Here, args: &args::KeysNew) -> Result<(), Failure> {
    if here.is_organisation(Path::new(&args.person)) {
        let message = Message::new(format!(
            "`{}` is an organisation, not a person",
            args.person
        ));
        let help = format!(
            "name the person first: `gradus keys new ID {}`",
            args.person
        );
        return Err(Failure::Usage(message.help(help)));
    }
    if !is_id(&args.person) {
        let message = Message::new(format!("`{}` is no id", args.person));
        return Err(Failure::Usage(
            message.help("ids are lower-case letters, digits and `-`"),
        ));
    }
    let root = here.organisation_around()?;
    let _held = root.as_deref().map(keys::hold).transpose()?;
    let tree = Around::person(here, root.as_deref(), &args.person)?;
    let given = args.signer.as_deref().map(signer_named).transpose()?;
    let signer = given.or(tree.marker.seal.signer.clone());
    let kind = tree.marker.key_kind();
    let identity = Identity::generate_of(if args.post_quantum {
        KeyKind::Hybrid
    } else {
        kind
    });
    let (person, signer) = (&args.person, signer.as_deref());
    let text = identity_text(here, person, &identity, tree.key.as_ref(), signer);
    write_identity(here, root.as_deref(), args, &text)?;
    if signer.is_none() {
        here.say("it pins no signer yet: the viewer will trust the first site that it opens");
    }
    if let Some(file) = &tree.file {
        add_to_person(here, file, &identity.recipient())?;
        here.say(if identity.kind() == kind {
            "a site is sealed to it once `gradus access --accept` has accepted it"
        } else {
            "it opens nothing until the site is sealed to such keys, by `[seal] post_quantum = true`"
        });
    }
    shell::print(format!("{}\n", identity.recipient()).as_bytes())
}

/// What of a tree around us concerns a new key; nothing of it where there is none.
struct Around {
    marker: Marker,
    /// The person's file, to write to.
    file: Option<PathBuf>,
    key: Option<SiteKey>,
}

impl Around {
    fn person(here: &Here, root: Option<&Path>, person: &str) -> Result<Self, Failure> {
        let Some(root) = root else {
            return Ok(Self {
                marker: Marker::default(),
                file: None,
                key: None,
            });
        };
        let marker = Marker::read(here, root)?;
        let file = marker.person_file(root, person);
        if !file.exists() {
            return Err(no_person(person, &file));
        }
        Ok(Self {
            key: keys::load_site_key(&marker.key_path(root), None).ok(),
            file: Some(marker.writable(root, &file)?),
            marker,
        })
    }
}

fn write_identity(
    here: &Here,
    root: Option<&Path>,
    args: &args::KeysNew,
    text: &str,
) -> Result<(), Failure> {
    let usual = PathBuf::from(format!("{}.key.txt", args.person));
    let shown = here.path(args.out.as_deref().unwrap_or(&usual));
    let below = root.and_then(|root| Some((root, plainly_below(&shown, root)?)));
    let out = match below {
        Some((root, below)) => keys::inside(root, below)?,
        None => shown.clone(),
    };
    keys::write_secret(&out, text)?;
    here.say(&format!(
        "wrote {}: whoever has it reads what {} reads",
        shown.display(),
        args.person
    ));
    if would_be_committed(&out) {
        let line = below.map_or(Path::new(out.file_name().unwrap_or_default()), |(_, at)| at);
        here.say(&format!(
            "git does not ignore it, and a commit of everything would hold it: move it elsewhere, or put this line into .gitignore: /{}",
            line.display()
        ));
    }
    Ok(())
}

/// There is no `person.toml` to write a key into, or it is sealed.
fn no_person(person: &str, file: &Path) -> Failure {
    let sealed = file.with_added_extension("age");
    let message = if sealed.exists() {
        Message::new(format!("`{}` is sealed", sealed.display())).help(
            "open it with `gradus unseal` first, and seal it again after: the key has to be written into it",
        )
    } else {
        Message::new(format!("`{person}` is nobody in people/")).help(format!(
            "`gradus new person {person} --name NAME` makes them"
        ))
    };
    Failure::Usage(message)
}

fn signer_named(text: &str) -> Result<String, Failure> {
    Ok(signer_of(text)?.to_string())
}

/// The signer that a text is.
///
/// # Errors
///
/// It is none.
pub fn signer_of(text: &str) -> Result<Signer, Failure> {
    text.parse().map_err(|_| {
        let message = Message::new(format!("`{text}` is no signer"));
        Failure::Usage(
            message.help("a signer begins with `ed25519:`; it stands in the site's `gradus.toml`"),
        )
    })
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
        keys::replace_file(file, &before, &after)?;
        here.say(&format!("added its recipient to {}", file.display()));
    }
    Ok(())
}

/// One recipient of one person.
#[derive(Serialize)]
struct Row<'a> {
    person: &'a str,
    recipient: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Date>,
    /// Whether it counts today.
    live: bool,
    sections: usize,
    /// The same in words.
    #[serde(skip)]
    state: String,
}

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    keys: Vec<Row<'a>>,
}

fn list(here: &Here, args: &args::KeysList) -> Result<(), Failure> {
    let root = here.organisation()?;
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
            revoked: key.revoked,
            state: state(key, person, here.today),
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

/// What becomes of a key, in words.
fn state(key: &ReaderKey, person: &Person, today: Date) -> String {
    match (key.revoked, key.until, person.end) {
        (Some(day), _, _) => format!("revoked {day}"),
        (_, _, Some(end)) if end <= today => format!("left {end}"),
        (_, Some(until), _) if until < today => format!("retired {until}"),
        _ if !key.is_of_site => "waits: the site is sealed to another kind".into(),
        (_, Some(until), _) => format!("until {until}"),
        _ => "live".into(),
    }
}

fn table(rows: &[Row], org: &Organisation) -> String {
    let mut text = String::new();
    for row in rows {
        let recipient = Recipient::parse(row.recipient).map(|recipient| recipient.shown());
        let _ = writeln!(
            text,
            "{:<16} {}  {:>4} sections  {}",
            row.person,
            recipient.unwrap_or_else(|_| row.recipient.to_owned()),
            row.sections,
            row.state
        );
    }
    for person in org.people.values().filter(|person| person.keys.is_empty()) {
        let _ = writeln!(text, "{:<16} no key", person.id.as_str());
    }
    text
}
