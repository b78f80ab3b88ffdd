use std::collections::BTreeSet;

use gradus::domain::model::*;
use gradus::sealed::seal::*;

use crate::fixture::*;

fn changed_paths(one: &Files, other: &Files) -> BTreeSet<String> {
    let all = one.keys().chain(other.keys());
    all.filter(|path| one.get(*path) != other.get(*path))
        .cloned()
        .collect()
}

fn signed_list() -> impl Fn(&String) -> bool {
    |path: &String| path.starts_with("index/") || path.starts_with("site.")
}

fn keyring_of(files: &Files, identity: &Identity) -> Keyring<'static> {
    let site = SealedSiteReader::new(files, &Trust::default(), &[]).unwrap();
    site.unlock(identity).unwrap().keyring().clone()
}

#[test]
fn each_reader_opens_exactly_what_is_theirs() {
    let (files, sealed) = seal(&input(), &organisation());
    assert_eq!((sealed.sections, sealed.keyrings), (3, 3));
    let site = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
    let ids = |identity: &Identity| -> Vec<String> {
        let portfolio = site.unlock(identity).unwrap();
        portfolio
            .keyring()
            .sections
            .iter()
            .map(|section| section.id.clone())
            .collect()
    };
    assert_eq!(ids(&ada()), ["org", "person/ada"]);
    assert_eq!(ids(&grace()), ["org", "person/ada", "person/ada/chain"]);
    assert_eq!(ids(&linus()), ["org"]);
    assert!(matches!(site.unlock(&stranger()), Err(ReadError::NoMatch)));
}

#[test]
fn pages_and_attachments_are_read_as_they_were_sealed() {
    let (files, _) = seal(&input(), &organisation());
    let site = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
    let portfolio = site.unlock(&ada()).unwrap();
    assert_eq!(portfolio.keyring().reader.name, "Ada Okafor");
    let section = portfolio.section("person/ada").unwrap();
    let sealed = organisation().remove(1).1.pages.into_iter();
    let sealed = sealed.map(|page| OpenedPage {
        tree: serde_json::from_str(page.tree.as_json()).unwrap(),
        route: page.route,
        slot: page.slot,
        title: page.title,
        kind: page.kind.to_owned(),
    });
    assert_eq!(section.pages, sealed.collect::<Vec<_>>());
    assert_eq!(
        portfolio.attachment(&section, "2026-h1/graph.png").unwrap(),
        PICTURE
    );
}

#[test]
fn no_identity_opens_a_file_that_its_keyring_does_not_name() {
    let (files, _) = seal(&input(), &organisation());
    let sealed: Vec<&String> = files
        .keys()
        .filter(|path| path.starts_with("sealed/"))
        .collect();
    assert_eq!(sealed.len(), 4);
    for identity in [ada(), grace(), linus()] {
        let keyring = keyring_of(&files, &identity);
        let identities: Vec<Identity> = keyring
            .sections
            .iter()
            .map(|s| Identity::parse(&s.identity).unwrap())
            .collect();
        let opens = |path: &&&String| {
            identities
                .iter()
                .any(|identity| age_file::open(identity, &files[**path]).is_ok())
        };
        let attachments = usize::from(keyring.sections.iter().any(|s| s.id == "person/ada"));
        assert_eq!(
            sealed.iter().filter(opens).count(),
            identities.len() + attachments
        );
    }
}

#[test]
fn every_sealed_file_has_one_x25519_stanza_and_a_padded_length_inside() {
    let (files, _) = seal(&input(), &organisation());
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".age")) {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(text.matches("\n-> X25519 ").count(), 1, "{path}");
    }
}

#[test]
fn no_name_id_or_sentence_is_in_clear() {
    let (files, _) = seal(&input(), &organisation());
    for (path, bytes) in &files {
        let text = format!("{path}{}", String::from_utf8_lossy(bytes));
        for word in ["ada", "Okafor", "person/", "cut-over", "graph"] {
            assert!(!text.contains(word), "{word} in {path}");
        }
    }
}

#[test]
fn an_unchanged_site_keeps_every_byte_but_the_signature_of_its_build() {
    let (first, before) = seal(&input(), &organisation());
    let (second, after) = seal_after(
        &input(),
        &organisation(),
        first.clone(),
        before.ledger.clone(),
    );
    let changed = changed_paths(&first, &second);
    assert_eq!(
        changed,
        BTreeSet::from(["site.json".to_owned(), "site.sig".to_owned()])
    );
    assert_eq!((after.written, after.reused), (2, first.len() - 2));
    assert_eq!(after.ledger.build, before.ledger.build + 1);
}

#[test]
fn one_changed_word_changes_one_file() {
    let (first, before) = seal(&input(), &organisation());
    let mut sections = organisation();
    sections[2].1.pages[0].title = "another".to_owned();
    let (second, _) = seal_after(&input(), &sections, first.clone(), before.ledger);
    let changed = changed_paths(&first, &second);
    let of_content: Vec<_> = changed.iter().filter(|path| !signed_list()(path)).collect();
    let grace = keyring_of(&second, &grace());
    assert_eq!(of_content, [&grace.sections[2].file]);
}

#[test]
fn a_file_that_was_damaged_meanwhile_is_sealed_anew() {
    let (mut first, before) = seal(&input(), &organisation());
    let path = keyring_of(&first, &ada()).sections[1].file.clone();
    first.get_mut(&path).unwrap()[300] ^= 1;
    let (second, _) = seal_after(&input(), &organisation(), first.clone(), before.ledger);
    assert_ne!(first[&path], second[&path]);
    let site = SealedSiteReader::new(&second, &Trust::default(), &[]).unwrap();
    site.unlock(&ada()).unwrap().section("person/ada").unwrap();
}

#[test]
fn a_fresh_build_changes_every_sealed_file_and_no_name() {
    let (first, before) = seal(&input(), &organisation());
    let fresh = SealInput {
        fresh: true,
        ..input()
    };
    let (second, _) = seal_after(&fresh, &organisation(), first.clone(), before.ledger);
    for (path, bytes) in first.iter().filter(|(path, _)| path.ends_with(".age")) {
        assert_ne!(bytes, &second[path], "{path}");
    }
}

#[test]
fn whoever_leaves_an_audience_opens_nothing_that_is_written_later() {
    let (first, before) = seal(&input(), &organisation());
    let old = keyring_of(&first, &ada());
    let mut sections = organisation();
    sections[1]
        .0
        .readers
        .retain(|reader| reader.person.as_str() != "ada");
    let (second, _) = seal_after(&input(), &sections, first, before.ledger);
    assert_eq!(keyring_of(&second, &ada()).sections.len(), 1);
    assert!(!second.contains_key(&old.sections[1].file));
    let identity = Identity::parse(&old.sections[1].identity).unwrap();
    let opened = second
        .values()
        .filter(|bytes| age_file::open(&identity, bytes).is_ok());
    assert_eq!(opened.count(), 0);
}

#[test]
fn a_new_key_of_one_reader_changes_identity_and_name_of_their_sections_alone() {
    let (first, _) = seal(&input(), &organisation());
    let mut sections = organisation();
    sections[1].0.readers[0] = reader("ada", &[ada(), stranger()]);
    let (second, _) = seal(&input(), &sections);
    let (before, after) = (keyring_of(&first, &grace()), keyring_of(&second, &grace()));
    for (before, after) in before.sections.iter().zip(&after.sections) {
        let same = before.id != "person/ada";
        assert_eq!(before.file == after.file, same, "{}", before.id);
        assert_eq!(before.identity == after.identity, same, "{}", before.id);
    }
    assert_eq!(keyring_of(&second, &stranger()).reader.id, "ada");
}

#[test]
fn a_higher_epoch_renames_and_rekeys_everything() {
    let (first, _) = seal(&input(), &organisation());
    let (second, _) = seal(
        &SealInput {
            epoch: 2,
            ..input()
        },
        &organisation(),
    );
    let common = |path: &&String| path.ends_with(".age") && second.contains_key(*path);
    assert_eq!(first.keys().filter(common).count(), 0);
    let (before, after) = (keyring_of(&first, &ada()), keyring_of(&second, &ada()));
    assert_ne!(before.route_key, after.route_key);
    assert_ne!(before.sections[0].identity, after.sections[0].identity);
}

#[test]
fn one_key_under_two_people_is_refused() {
    let mut sections = organisation();
    sections[0].0.readers.push(reader("mallory", &[ada()]));
    let refused = seal_site(&input(), &MemoryStore::default(), &sections, &[], &[]);
    assert!(matches!(refused, Err(SealError::SharedRecipient { .. })));
}

#[test]
fn a_key_that_opens_nothing_or_everything_is_refused() {
    for (bytes, text) in [([0; 32], None), ([0; 32], Some("age1pq1xyz"))] {
        let low =
            bech32::encode_lower::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &bytes);
        let mut sections = organisation();
        sections[0].0.readers[0].recipients =
            [text.map_or(low.unwrap(), str::to_owned).into()].into();
        let refused = seal_site(&input(), &MemoryStore::default(), &sections, &[], &[]);
        assert!(
            matches!(refused, Err(SealError::Recipient { .. })),
            "{text:?}"
        );
    }
}

#[test]
fn a_login_lies_where_its_name_leads_and_two_of_one_name_are_refused() {
    let store = MemoryStore::default();
    let (ada, linus) = (person("ada"), person("linus"));
    let login = |person| LoginFile {
        person,
        login: "Ada@example.com",
        bytes: b"wrapped",
    };
    seal_site(&input(), &store, &[], &[], &[login(&ada)]).unwrap();
    let path = login_path(site_key().site_id(), "ada@example.com ");
    assert_eq!(store.into_files()[&path], b"wrapped");
    let store = MemoryStore::default();
    let refused = seal_site(&input(), &store, &[], &[], &[login(&ada), login(&linus)]);
    assert!(matches!(refused, Err(SealError::SamePath(_))));
}

#[test]
fn the_build_number_is_the_time_or_one_more_than_the_last() {
    let ledger = |build| Ledger {
        build,
        ..Ledger::default()
    };
    let build = |last| {
        seal_after(&input(), &[], Files::new(), ledger(last))
            .1
            .ledger
            .build
    };
    assert_eq!(build(0), CREATED);
    assert_eq!(build(CREATED), CREATED + 1);
    assert_eq!(build(CREATED + 7), CREATED + 8);
}

#[test]
fn the_ledger_tells_nothing_to_whoever_guesses_a_plaintext() {
    let (_, site) = seal(&input(), &organisation());
    for (path, entry) in site
        .ledger
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".age"))
    {
        assert_ne!(entry.content, FileHash::of(PICTURE), "{path}");
        assert_ne!(entry.content, entry.sha256, "{path}");
    }
}

/// Sixty people, and sections whose audiences follow from their numbers.
fn crowd() -> (Vec<Identity>, Vec<(Section, SectionContent)>) {
    let identities: Vec<Identity> = (0..60)
        .map(|n| Identity::from_bytes([100 + n; 32]))
        .collect();
    let reads = |section: usize, person: usize| (section * 31 + person * 17) % 7 < section % 4;
    let audience = |section: usize| {
        let people = (0..60).filter(|person| reads(section, *person));
        people
            .map(|n| reader(&format!("p{n}"), &identities[n..=n]))
            .collect()
    };
    let sections = (0..40)
        .map(|n| section(&format!("s{n:02}"), SectionKind::Custom, "org", audience(n)))
        .collect();
    (identities, sections)
}

#[test]
fn in_a_crowd_every_identity_opens_exactly_the_files_of_its_audiences() {
    let (identities, sections) = crowd();
    let (files, _) = seal(&input(), &sections);
    let site = SealedSiteReader::new(&files, &Trust::default(), &[]).unwrap();
    let (mut opened, mut expected) = (BTreeSet::new(), BTreeSet::new());
    for (number, identity) in identities.iter().enumerate() {
        let name = format!("p{number}");
        let reads = |section: &Section| section.people().iter().any(|p| p.as_str() == name);
        let theirs = sections.iter().filter(|(section, _)| reads(section));
        let paths =
            theirs.map(|(section, _)| (number, site_key().path_of(section, 1, KeyKind::X25519)));
        expected.extend(paths);
        let Ok(portfolio) = site.unlock(identity) else {
            continue;
        };
        for entry in &portfolio.keyring().sections {
            let secret = Identity::parse(&entry.identity).unwrap();
            let opens = |path: &&String| age_file::open(&secret, &files[*path]).is_ok();
            let paths = files
                .keys()
                .filter(|path| path.ends_with(".age"))
                .filter(opens);
            opened.extend(paths.map(|path| (number, path.clone())));
        }
        // The reader's own key opens their keyring and nothing else.
        let own = files
            .values()
            .filter(|bytes| age_file::open(identity, bytes).is_ok());
        assert_eq!(own.count(), 1, "{name}");
    }
    assert!(expected.len() > 300);
    assert_eq!(opened, expected);
}

/// Seals the sample organisation, each section drawn from what `from` says of it; keeps what may be kept of an
/// earlier site. Also which sections were kept.
fn drawn_from(
    from: impl Fn(&SectionId) -> FileHash,
    input: &SealInput,
    (files, ledger): (Files, Ledger),
) -> (Files, Ledger, Vec<String>) {
    let store = MemoryStore::after(files, ledger);
    let sealer = Sealer::new(input, &store);
    let mut kept = Vec::new();
    for (section, content) in organisation() {
        let from = from(&section.id);
        match sealer.keep_section(&section, &from).unwrap() {
            Some(pages) => {
                assert_eq!(pages, content.pages.len());
                kept.push(section.id.to_string());
            }
            None => sealer.add_section(&section, &content, Some(&from)).unwrap(),
        }
    }
    let site = sealer.finish().unwrap();
    (store.into_files(), site.ledger, kept)
}

fn same(_: &SectionId) -> FileHash {
    FileHash::of(b"as before")
}

#[test]
fn a_section_that_would_be_drawn_from_the_same_is_kept_without_being_drawn() {
    let (files, ledger, kept) = drawn_from(same, &input(), Default::default());
    assert!(kept.is_empty());
    let other = |id: &SectionId| FileHash::of(id.as_str().as_bytes());
    let of_ada = |id: &SectionId| match id.as_str() {
        "person/ada" => other(id),
        _ => same(id),
    };
    let (second, ledger, kept) = drawn_from(of_ada, &input(), (files.clone(), ledger));
    assert_eq!(kept, ["org", "person/ada/chain"]);
    let (third, _, kept) = drawn_from(of_ada, &input(), (second.clone(), ledger));
    assert_eq!(kept, ["org", "person/ada", "person/ada/chain"]);
    for built in [&second, &third] {
        assert!(changed_paths(&files, built).iter().all(signed_list()));
        let site = SealedSiteReader::new(built, &Trust::default(), &[]).unwrap();
        let portfolio = site.unlock(&ada()).unwrap();
        let section = portfolio.section("person/ada").unwrap();
        let picture = portfolio.attachment(&section, "2026-h1/graph.png");
        assert_eq!(picture.unwrap(), PICTURE);
    }
}

#[test]
fn nothing_is_kept_undrawn_whose_files_changed_or_that_another_key_or_epoch_sealed() {
    let (files, ledger, _) = drawn_from(same, &input(), Default::default());
    let section = keyring_of(&files, &ada()).sections[1].file.clone();
    let of_ada = &ledger.drawn[&section].files;
    assert_eq!(of_ada.len(), 2, "the section and its picture");
    for (path, _) in of_ada {
        let mut damaged = files.clone();
        damaged.get_mut(path).unwrap()[300] ^= 1;
        let (_, _, kept) = drawn_from(same, &input(), (damaged, ledger.clone()));
        assert_eq!(kept, ["org", "person/ada/chain"], "{path}");
    }
    let fresh = SealInput {
        fresh: true,
        ..input()
    };
    let raised = SealInput {
        epoch: 2,
        ..input()
    };
    let rotated = SealInput {
        site_key: site_key_of(&[2; 32]),
        ..input()
    };
    for input in [fresh, raised, rotated] {
        let (_, _, kept) = drawn_from(same, &input, (files.clone(), ledger.clone()));
        assert!(kept.is_empty(), "{kept:?}");
    }
}
