//! A small organisation: Ada, her manager Grace, and Linus of another team.

use std::collections::BTreeMap;

use bech32::{Bech32, Hrp};
use gradus::domain::model::*;
use gradus::sealed::seal::*;

pub const CREATED: u64 = 1_795_305_600;
pub const EXPIRES: u64 = CREATED + 183 * 86_400;
/// Bytes of the site key of [`site_key`].
pub const SITE_KEY: [u8; 32] = [1; 32];
pub const PICTURE: &[u8] = b"\x89PNG not really";

pub fn ada() -> Identity {
    Identity::from_bytes([11; 32])
}

pub fn grace() -> Identity {
    Identity::from_bytes([12; 32])
}

pub fn linus() -> Identity {
    Identity::from_bytes([13; 32])
}

pub fn stranger() -> Identity {
    Identity::from_bytes([99; 32])
}

pub fn site_key_of(bytes: &[u8; 32]) -> SiteKey {
    let text = bech32::encode_upper::<Bech32>(Hrp::parse("gradus-site-key-").unwrap(), bytes);
    SiteKey::parse(&text.unwrap()).unwrap()
}

pub fn site_key() -> SiteKey {
    site_key_of(&SITE_KEY)
}

pub fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

pub fn input() -> SealInput {
    SealInput {
        site_key: site_key(),
        title: "Portfolios".to_owned(),
        epoch: 1,
        keys: KeyKind::X25519,
        created: CREATED,
        expires: EXPIRES,
        names: BTreeMap::from([(person("ada"), "Ada Okafor".to_owned())]),
        fresh: false,
    }
}

pub fn reader(id: &str, identities: &[Identity]) -> SectionReader {
    SectionReader {
        person: person(id),
        recipients: identities
            .iter()
            .map(|i| i.recipient().to_string().into())
            .collect(),
        why: Why::Named,
    }
}

pub fn section(
    id: &str,
    kind: SectionKind,
    subject: &str,
    readers: Vec<SectionReader>,
) -> (Section, SectionContent) {
    let section = Section {
        id: SectionId::new(id),
        kind,
        title: id.to_owned(),
        subject: subject.to_owned(),
        readers,
    };
    let content = SectionContent {
        section: section.id.clone(),
        pages: vec![page(subject, "nothing to see")],
        files: BTreeMap::new(),
    };
    (section, content)
}

pub fn element(name: &str, attributes: &[(&str, &str)], children: Vec<Node>) -> Node {
    let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
    Node::Element(Element {
        name: name.to_owned(),
        attributes: attributes.iter().map(owned).collect(),
        children,
    })
}

pub fn text(text: &str) -> Node {
    Node::Text(text.to_owned())
}

pub fn page(route: &str, words: &str) -> PagePart {
    PagePart {
        route: route.to_owned(),
        slot: 10,
        title: "Ada Okafor".to_owned(),
        kind: "portfolio",
        tree: element("p", &[("class", "prose")], vec![text(words)]).into(),
    }
}

/// `org` for all, Ada's own section with a picture, and what her manager reads about her.
pub fn organisation() -> Vec<(Section, SectionContent)> {
    let ada_reads = || reader("ada", &[ada()]);
    let grace_reads = || reader("grace", &[grace()]);
    let everyone = vec![ada_reads(), grace_reads(), reader("linus", &[linus()])];
    let mut own = section(
        "person/ada",
        SectionKind::Person,
        "people/ada",
        vec![ada_reads(), grace_reads()],
    );
    own.1.pages[0].tree = element(
        "div",
        &[("id", "auth")],
        vec![
            text("Ada owns the cut-over "),
            element(
                "a",
                &[("href", "/people/ada/2026-h1#auth")],
                vec![text("plan")],
            ),
            element(
                "img",
                &[("alt", "graph"), ("src", "attachment:2026-h1/graph.png")],
                vec![],
            ),
            element(
                "svg",
                &[("viewBox", "0 0 1 1")],
                vec![element("path", &[("d", "M0 0h1")], vec![])],
            ),
        ],
    )
    .into();
    own.1.files.insert(
        "2026-h1/graph.png".to_owned(),
        SectionFile {
            name: "graph.png".to_owned(),
            media_type: "image/png",
            bytes: PICTURE.into(),
        },
    );
    vec![
        section("org", SectionKind::Org, "org", everyone),
        own,
        section(
            "person/ada/chain",
            SectionKind::Chain,
            "people/ada",
            vec![grace_reads()],
        ),
    ]
}

pub fn shell() -> Vec<PlainFile> {
    let file = |path: &str, bytes: &[u8]| PlainFile {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
    };
    vec![
        file("index.html", b"<!doctype html><title>Portfolios</title>"),
        file("assets/viewer.0123456789abcdef.js", b"'use strict';"),
    ]
}

pub type Files = BTreeMap<String, Vec<u8>>;

pub fn seal(input: &SealInput, sections: &[(Section, SectionContent)]) -> (Files, SealedSite) {
    seal_after(input, sections, Files::new(), Ledger::default())
}

pub fn seal_after(
    input: &SealInput,
    sections: &[(Section, SectionContent)],
    earlier: Files,
    ledger: Ledger,
) -> (Files, SealedSite) {
    let store = MemoryStore::after(earlier, ledger);
    let site = seal_site(input, &store, sections, &shell(), &[]).unwrap();
    (store.into_files(), site)
}
