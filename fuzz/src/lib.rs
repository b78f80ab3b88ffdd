//! What a stranger may hand to the program, byte by byte: each target takes any bytes, and panics where a promise does not hold.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use gradus::domain::model::FileHash;
use gradus::ground::diag::Report;
use gradus::sealed::seal::{OpenedSection, SealedSiteReader, Signer, SiteFiles, Trust, container};
use gradus::serve::listener::{Counted, HEAD_MAX_BYTES, count};
use gradus::site::{markdown, tree};
use gradus::tree::source::{self, Content, Source};
use gradus::{cli::terminal, tree::check};

/// A target: a name, and what takes the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("toml_file", toml_file),
    ("front_matter", front_matter),
    ("markdown", markdown),
    ("section", section),
    ("site", site),
    ("request", request),
];

/// Every kind of file once, as small as it may be.
const TREE: &[(&str, &str)] = &[
    ("gradus.toml", "name = \"Tiny\"\n"),
    (
        "cycles/2026-h1.toml",
        "title = \"H1\"\nstart = 2026-01-01\nend = 2026-06-30\n",
    ),
    (
        "rubrics/ic/track.toml",
        "title = \"IC\"\n[[competency]]\nid = \"technical\"\ntitle = \"Technical\"\n",
    ),
    ("rubrics/ic/l3.toml", "title = \"L3\"\nrank = 3\n"),
    (
        "people/grace/person.toml",
        "name = \"Grace\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\n",
    ),
    (
        "people/ada/person.toml",
        "name = \"Ada\"\nstart = 2025-01-01\n[[role]]\nfrom = 2025-01-01\nmanager = \"grace\"\n",
    ),
    ("people/ada/log.toml", ""),
    ("people/ada/checkins.md", "## 2026-02-01\nx\n"),
    (
        "people/ada/2026-h1/expectations.toml",
        "[[expectation]]\nid = \"auth\"\ntext = \"Migrate\"\n",
    ),
    ("people/ada/2026-h1/plan.toml", ""),
    (
        "people/ada/2026-h1/pip.toml",
        "start = 2026-02-01\ndays = 30\n",
    ),
    ("people/ada/2026-h1/self.md", "+++\nby = \"ada\"\n+++\n"),
    (
        "people/ada/2026-h1/peer-grace.md",
        "+++\nby = \"grace\"\n+++\n",
    ),
    ("people/ada/2026-h1/review.md", "+++\nby = \"grace\"\n+++\n"),
    ("people/ada/2026-h1/response.md", "+++\nby = \"ada\"\n+++\n"),
    ("management/2026-h1/ada.toml", "by = \"grace\"\n"),
    ("management/notes/ada.md", "## 2026-02-01\nx\n"),
];

static SOURCE: LazyLock<Source> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a temporary directory");
    for (path, text) in TREE {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().expect("it lies in the tree")).expect("a directory");
        fs::write(file, text).expect("a file");
    }
    source::load(root.path()).expect("an organisation")
});

/// One TOML file of the tree: the first byte says which.
pub fn toml_file(data: &[u8]) {
    tree_file(data, ".toml");
}

/// One markdown file of the tree, front matter first: the first byte says which.
pub fn front_matter(data: &[u8]) {
    tree_file(data, ".md");
}

fn tree_file(data: &[u8], ending: &str) {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(data) else {
        return; // the source says so before anything else sees it
    };
    let mut source = SOURCE.clone();
    let mut files = source
        .files
        .values_mut()
        .filter(|file| file.path.ends_with(ending));
    let count = TREE
        .iter()
        .filter(|(path, _)| path.ends_with(ending))
        .count();
    let Some(file) = files.nth(usize::from(*which) % count) else {
        return;
    };
    let text: Arc<str> = text.into();
    file.content = Content::Text(text.clone());
    let path = file.path.clone();
    source.texts.insert(path, text);
    let (organisation, report) = check::check(&source);
    assert_eq!(
        organisation.is_some(),
        !report.has_errors(),
        "an organisation exactly where nothing is wrong"
    );
    is_told(&report);
}

/// Every complaint stands at a place that there is, and its drawing does nothing to a terminal.
fn is_told(report: &Report) {
    for diagnostic in &report.diagnostics {
        let place = &diagnostic.place;
        if let Some(text) = report.texts.get(&place.file) {
            assert!(text.get(place.start..place.end).is_some(), "{diagnostic:?}");
        }
    }
    let drawn = terminal::drawn(report);
    let plain = drawn.replace("\u{1b}[", ""); // the program's own colours
    let deceives =
        |c: char| (c.is_control() && c != '\n') || gradus::domain::model::turns_direction(c);
    assert!(!plain.contains(deceives), "{plain:?}");
}

/// Prose, as blocks, as a line, and as words.
pub fn markdown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let room = std::cell::Cell::new(usize::MAX);
    let around = markdown::Surroundings {
        heading: 4,
        footnotes: "fn-x-".to_owned(),
        attach: Box::new(|name| (name == "graph.png").then(|| "h1/graph.png".to_owned())),
        room: &room,
    };
    let media = |key: &str| (key == "h1/graph.png").then_some("image/png");
    let blocks = markdown::blocks(&text, &around);
    let drawn = tree::parse(blocks.as_str(), &media).expect("prose is within the allow-list");
    let again =
        tree::parse(tree::to_html(&drawn.node()).as_str(), &media).expect("so is what was drawn");
    assert_eq!(
        drawn, again,
        "a tree written as HTML reads as the same tree"
    );
    let line = markdown::inline(&text, &around);
    tree::parse(&format!("<p>{line}</p>"), &media).expect("a line is within the allow-list");
    gradus::domain::model::markup::plain(&text);
}

/// A sealed file's inside: the container, and the section in it.
pub fn section(data: &[u8]) {
    if let Ok(content) = container::unpack(data) {
        opened(&content);
    }
    let packed = container::pack(data).expect("it is small");
    assert_eq!(
        container::unpack(&packed).as_deref(),
        Ok(data),
        "what is packed is unpacked"
    );
    opened(data);
}

fn opened(json: &[u8]) {
    if let Ok(section) = serde_json::from_slice::<OpenedSection>(json) {
        let _ = section.check_trees();
    }
}

/// `site.json`, a line end, and a shard of the index: signed by the one whom the reader trusts, or not.
pub fn site(data: &[u8]) {
    let (json, shard) = match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[][..]),
    };
    let key = SigningKey::from_bytes(&[7; 32]);
    // So that the reader gets as far as the list: its hash, and the key that it trusts, stand where the bytes ask for them.
    let text = String::from_utf8_lossy(json).replace("SHARD", &b64(&FileHash::of(shard).0));
    let signer = format!("ed25519:{}", b64(key.verifying_key().as_bytes()));
    let json = text.replace("SIGNER", &signer).into_bytes();
    let signature = format!("{}\n", b64(&key.sign(&json).to_bytes()));
    let mut files = BTreeMap::from([
        ("site.json".to_owned(), json),
        ("site.sig".to_owned(), signature.into_bytes()),
        (
            format!("index/{}.json", hex(&FileHash::of(shard).0[..12])),
            shard.to_vec(),
        ),
    ]);
    read_site(&files, &signer);
    files.insert("site.sig".to_owned(), data.to_vec());
    let trusted: Signer = signer.parse().expect("it is one");
    assert!(
        reader(&files, &trusted).is_err(),
        "these bytes are no signature of that key"
    );
}

fn read_site(files: &dyn SiteFiles, signer: &str) {
    let trusted: Signer = signer.parse().expect("it is one");
    if let Ok(reader) = reader(files, &trusted) {
        let _ = reader.all_files();
        let _ = reader.is_expired(0);
    }
}

fn reader<'f>(
    files: &'f dyn SiteFiles,
    signer: &Signer,
) -> Result<SealedSiteReader<'f>, gradus::sealed::seal::ReadError> {
    let trust = Trust {
        signer: Some(*signer),
        seen_build: Some(1),
    };
    SealedSiteReader::new(files, &trust, &[])
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The head of a request to `gradus serve`.
pub fn request(data: &[u8]) {
    if count(data) == Counted::Complete {
        let text = std::str::from_utf8(data).expect("a head is text");
        assert!(text.len() <= HEAD_MAX_BYTES);
        assert_eq!(text.matches("\r\n\r\n").count(), 1, "it is one request");
        assert!(text.ends_with("\r\n\r\n"), "nothing comes after it");
    }
}
