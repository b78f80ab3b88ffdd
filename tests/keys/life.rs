use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gradus::sealed::seal::{Folder, IdentityFile, ReadError, SealedSiteReader, Trust};

use super::guide::{Guide, Words, today, yesterday};
use super::opened::{Opened, Site};
use crate::program::Program;

/// Of a colleague's feedback on Ada, which her managers of that day read.
const PEER: &str = "for the first time the compiler explained";
/// Of what Ada and Grace said to one another.
const ONE_TO_ONE: &str = "her hands were faster than her mouth";
/// Of the talent mapping of Ada.
const TALENT: &str = "Watch for the obvious-answer trap";
/// Of the talent mapping of Linus.
const TALENT_OF_LINUS: &str = "Principal is thinkable in some years";
/// Of a review that was shared with Ada.
const REVIEW: &str = "Pick the noisiest page";
/// Of what Ada wrote about herself.
const SELF: &str = "Slack in the plan that does not have to be defended";

/// The demo organisation, built.
pub struct Demo {
    pub here: Program,
    /// The site as it was published at first.
    before: Site,
}

/// The demo organisation with its site, built once for all tests.
fn built() -> &'static Path {
    static BUILT: OnceLock<Program> = OnceLock::new();
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let here = BUILT.get_or_init(Program::new);
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
        copy(&demo, &here.path("org"));
        let _ = fs::remove_dir_all(here.path("org/public")); // somebody may have built it there
        here.run(&["-C", "org", "-q", "build"]).exits(0);
        here.path("org")
    })
}

impl Demo {
    pub fn new() -> Self {
        let here = Program::new();
        copy(built(), &here.path("org"));
        let before = Site::read(&here.path("org/public"));
        Self { here, before }
    }

    /// The site as it is now.
    pub fn site(&self) -> Site {
        Site::read(&self.here.path("org/public"))
    }

    /// The key file of a person of the demo.
    fn key_file(&self, person: &str) -> String {
        self.here.read(&format!("org/demo-keys/{person}.txt"))
    }

    pub fn recipient(&self, person: &str) -> String {
        let file = IdentityFile::parse(&self.key_file(person)).expect(person);
        file.identities[0].recipient().to_string()
    }

    /// What somebody of the demo opens of the site as it is now.
    fn opened_by(&self, person: &str) -> Opened {
        self.site().opened_by(&self.key_file(person))
    }

    /// Whether the site holds for who reads it with a key file, by the signers that the file pins.
    fn is_trusted_by(&self, key_file: &str) -> Result<(), ReadError> {
        let file = IdentityFile::parse(key_file)?;
        let folder = Folder(self.here.path("org/public"));
        let site = SealedSiteReader::new(&folder, &Trust::default(), &file.signers)?;
        site.unlock(&file.identities[0]).map(drop)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)
        } else {
            fs::copy(from, to).expect("a copy");
        }
    }
}

#[test]
fn every_section_of_the_guide_is_tried_here() {
    let tests = include_str!("life.rs");
    for heading in Guide::headings() {
        assert!(
            tests.contains(&format!("Guide::section(\"{heading}\")")),
            "{heading}"
        );
    }
}

#[test]
fn a_joiner_reads_their_own_and_what_all_read_and_nobody_elses_pages_change_hands() {
    let demo = Demo::new();
    Guide::section("Somebody joins").follow(&demo.here, &Words::default());
    let zoe = demo.site().opened_by(&demo.here.read("org/zoe.key.txt"));
    assert!(zoe.ids().contains("person/zoe") && zoe.ids().contains("org"));
    let of_others = |id: &&&str| {
        id.starts_with("person/") && !id.starts_with("person/zoe") && !id.contains("/custom/")
    };
    assert_eq!(zoe.ids().iter().find(of_others), None);
    for text in [PEER, ONE_TO_ONE, TALENT, REVIEW, SELF] {
        assert!(!zoe.holds(text), "{text}");
    }
    assert!(demo.opened_by("grace").ids().contains("person/zoe"));
    for person in ["ada", "linus", "rafael"] {
        let before = demo.before.opened_by(&demo.key_file(person));
        let after = demo.opened_by(person);
        let gained = after
            .ids()
            .difference(&before.ids())
            .filter(|id| !id.contains("/custom/"))
            .count();
        assert_eq!(gained, 0, "{person}");
    }
}

#[test]
fn after_a_move_the_new_manager_reads_on_and_inherits_no_confidence() {
    let demo = Demo::new();
    let grace = demo.before.opened_by(&demo.key_file("grace"));
    assert!(
        [PEER, ONE_TO_ONE, TALENT, REVIEW, SELF]
            .iter()
            .all(|text| grace.holds(text))
    );
    Guide::section("Somebody moves to another team").follow(&demo.here, &Words::default());
    let rafael = demo.opened_by("rafael");
    for text in [REVIEW, SELF] {
        assert!(rafael.holds(text), "{text}");
    }
    for text in [PEER, ONE_TO_ONE, TALENT] {
        assert!(!rafael.holds(text), "{text}");
    }
    let after = demo.opened_by("grace");
    for text in [PEER, ONE_TO_ONE, TALENT, REVIEW, SELF] {
        assert!(!after.holds(text), "{text}");
    }
    let ada = demo.opened_by("ada");
    assert!(
        [ONE_TO_ONE, REVIEW, SELF]
            .iter()
            .all(|text| ada.holds(text))
    );
    assert!(!ada.holds(PEER) && !ada.holds(TALENT));
}

#[test]
fn what_the_manager_before_kept_opens_nothing_of_whom_they_managed() {
    let demo = Demo::new();
    let grace = demo.before.opened_by(&demo.key_file("grace"));
    Guide::section("Somebody moves to another team").follow(&demo.here, &Words::default());
    // Sections that she still reads with the same people keep their keys; none of Ada's is among them.
    let after = demo.opened_by("grace");
    let kept = grace
        .identities
        .iter()
        .filter(|one| !after.identities.contains(one));
    let kept: Vec<String> = kept.cloned().collect();
    assert!(!kept.is_empty());
    assert_eq!(demo.site().files_open_to(&kept), 0);
}

#[test]
fn a_new_manager_of_a_team_reads_it_but_nothing_about_themselves() {
    let demo = Demo::new();
    let before = demo.before.opened_by(&demo.key_file("linus"));
    assert!(!before.ids().contains("team/linus") && !before.holds(REVIEW));
    Guide::section("A team gets another manager").follow(&demo.here, &Words::default());
    let linus = demo.opened_by("linus");
    assert!(linus.ids().contains("team/linus") && linus.ids().contains("managers"));
    assert!(linus.holds(REVIEW) && linus.holds(SELF));
    for text in [PEER, ONE_TO_ONE, TALENT, TALENT_OF_LINUS] {
        assert!(!linus.holds(text), "{text}");
    }
    assert!(demo.opened_by("barbara").holds(TALENT_OF_LINUS));
}

#[test]
fn a_leavers_key_opens_nothing_of_a_later_build_and_their_pages_stay() {
    let demo = Demo::new();
    assert_eq!(demo.before.names("login/").len(), 1);
    Guide::section("Somebody leaves").follow(&demo.here, &Words::default());
    let key_file = demo.key_file("ada");
    let mut kept = demo.before.opened_by(&key_file).identities;
    kept.push(key_file.clone());
    assert!(demo.site().opened_by(&key_file).sections.is_empty());
    assert_eq!(demo.site().files_open_to(&kept), 0);
    assert!(demo.site().names("login/").is_empty());
    let grace = demo.opened_by("grace");
    assert!(grace.holds(SELF) && grace.holds(REVIEW));
}

#[test]
fn a_lost_keys_successor_opens_all_that_it_did() {
    let demo = Demo::new();
    let (recipient, key_file) = (demo.recipient("ada"), demo.key_file("ada"));
    let words = Words {
        recipient: &recipient[..12],
        day: yesterday(),
        ..Words::default()
    };
    Guide::section("A key is lost").follow(&demo.here, &words);
    let site = demo.site();
    let before = demo.before.opened_by(&key_file);
    let after = site.opened_by(&demo.here.read("org/ada-2.key.txt"));
    assert_eq!(after.ids(), before.ids());
    assert!(
        [ONE_TO_ONE, REVIEW, SELF]
            .iter()
            .all(|text| after.holds(text))
    );
    assert_eq!(site.files_open_to(&[key_file]), 0);
}

#[test]
fn until_its_last_day_a_retired_key_opens_everything_beside_the_new_one() {
    let demo = Demo::new();
    let recipient = demo.recipient("ada");
    let words = Words {
        recipient: &recipient,
        day: today(),
        ..Words::default()
    };
    Guide::section("A key is lost").follow(&demo.here, &words);
    let (old, new) = (demo.key_file("ada"), demo.here.read("org/ada-2.key.txt"));
    assert_eq!(
        demo.site().opened_by(&old).sections,
        demo.site().opened_by(&new).sections
    );
    let listed = demo.here.run(&["-C", "org", "-q", "keys", "list"]).exits(0);
    listed.prints(&format!("{recipient}     8 sections  until {}", today()));
}

#[test]
fn a_stolen_key_and_all_that_it_opened_open_nothing_of_a_later_build() {
    let demo = Demo::new();
    let (recipient, key_file) = (demo.recipient("ada"), demo.key_file("ada"));
    let words = Words {
        recipient: &recipient,
        ..Words::default()
    };
    let said = Guide::section("A key is stolen").follow(&demo.here, &words);
    assert!(
        said[0].stderr().contains("no command can undo that"),
        "{}",
        said[0].stderr()
    );
    let stolen = demo.before.opened_by(&key_file);
    assert!(stolen.holds(SELF), "what was published before stays open");
    let mut kept = stolen.identities.clone();
    kept.push(key_file);
    let site = demo.site();
    assert_eq!(site.files_open_to(&kept), 0);
    for part in ["keyring/", "sealed/"] {
        let (before, after) = (demo.before.names(part), site.names(part));
        assert!(
            before.is_disjoint(&after),
            "names of {part} say what is what"
        );
    }
    let successor = site.opened_by(&demo.here.read("org/ada-2.key.txt"));
    assert_eq!(successor.ids(), stolen.ids());
}

#[test]
fn a_revoked_key_does_not_come_back() {
    let demo = Demo::new();
    let recipient = demo.recipient("ada");
    let words = Words {
        recipient: &recipient,
        ..Words::default()
    };
    Guide::section("A key is stolen").follow_one(0, &demo.here, &words);
    let here = &demo.here;
    here.run(&[
        "-C",
        "org",
        "keys",
        "retire",
        "ada",
        "--on",
        "2030-01-01",
        "--key",
        &recipient,
    ])
    .exits(4)
    .says("was revoked");
    fs::remove_file(here.path("org/people/ada/login.age")).expect("the demo's login");
    let wrapped = here.run(&[
        "-C",
        "org",
        "keys",
        "login",
        "ada",
        "-i",
        "demo-keys/ada.txt",
    ]);
    wrapped.exits(4).says("was revoked");
    let file = "org/people/ada/person.toml";
    let text = here.read(file);
    here.write(
        file,
        &text.replacen("keys = [", &format!("keys = [\"{recipient}\", "), 1),
    );
    here.run(&["check", "org"])
        .exits(1)
        .says("error[E070]: this key was revoked on");
    here.run(&["-C", "org", "build"]).exits(1);
}

#[test]
fn a_builders_stolen_key_leaves_the_settings_too() {
    let demo = Demo::new();
    let recipient = demo.recipient("grace");
    let text = demo.here.read("org/gradus.toml");
    let sources = format!("{text}\n[sources]\nrecipients = [\"{recipient}\"] # who builds\n");
    demo.here.write("org/gradus.toml", &sources);
    let revoked = demo
        .here
        .run(&["-C", "org", "keys", "revoke", &recipient[..12]]);
    revoked
        .exits(0)
        .says("out of `[sources] recipients`")
        .says("sealed files in the history");
    let after = demo.here.read("org/gradus.toml");
    assert_eq!(after, sources.replace(&format!("\"{recipient}\""), ""));
    demo.here.run(&["check", "org"]).exits(0);
}

#[test]
fn a_key_is_named_by_enough_of_it_and_by_nothing_else() {
    let demo = Demo::new();
    let recipient = demo.recipient("ada");
    let revoke = |key: &str| demo.here.run(&["-C", "org", "keys", "revoke", key]);
    revoke(&recipient[..11])
        .exits(2)
        .says("is no key of anybody here");
    revoke("age1zzzzzzzzzzzz").exits(2);
    let secret = demo.key_file("ada");
    let secret = secret.lines().last().expect("a key");
    let told = revoke(secret).exits(2).says("belongs on no command line");
    assert!(!told.stderr().contains(&secret[16..]));
    demo.here
        .run(&["-C", "org", "keys", "retire", "teo", "--on", "2030-01-01"])
        .exits(0);
    demo.here
        .run(&["-C", "org", "keys", "new", "ada", "-o", "2"])
        .exits(0);
    let which = demo
        .here
        .run(&["-C", "org", "keys", "retire", "ada", "--on", "2030-01-01"]);
    which
        .exits(2)
        .says("has 2 keys without an end")
        .says(&recipient);
}

#[test]
fn a_forgotten_login_gets_a_new_identity_and_the_old_one_opens_nothing() {
    let demo = Demo::new();
    // The demo's login wraps Ada's own key.
    let (recipient, key_file) = (demo.recipient("ada"), demo.key_file("ada"));
    let words = Words {
        recipient: &recipient,
        ..Words::default()
    };
    let section = Guide::section("A passphrase is forgotten, or somebody else knows it");
    let said = section.follow(&demo.here, &words);
    let passphrase = said
        .iter()
        .map(|ran| ran.stdout())
        .find(|text| text.matches('-').count() == 6);
    let passphrase = passphrase.expect("seven words");
    let login = fs::read(demo.here.path("org/people/ada/login.age")).expect("a login");
    let file = gradus::sealed::keys::unwrap_login(&login, passphrase.trim()).expect("it opens");
    let site = demo.site();
    assert_eq!(site.files_open_to(&[key_file]), 0);
    let opened = site.opened_by(&file.identities[0].to_text());
    assert!(opened.holds(SELF) && opened.holds(REVIEW));
    assert_eq!(site.names("login/").len(), 1);
}

#[test]
fn a_passphrase_of_ones_own_is_taken_where_six_words_are_no_better() {
    let demo = Demo::new();
    fs::remove_file(demo.here.path("org/people/ada/login.age")).expect("the demo's login");
    let typing = |text: &str| {
        demo.here.write("typed", text);
        let typed = fs::File::open(demo.here.path("typed")).expect("what is typed");
        let login = ["-C", "org", "keys", "login", "ada", "--own"];
        demo.here.start(&login, &[], typed.into())
    };
    typing("Ada Okafor 2026\n")
        .exits(4)
        .says("is too weak: about 2^")
        .says("six random words");
    assert!(!demo.here.path("org/people/ada/login.age").exists());
    typing("seven spotted geese argue about Ptolemaic stamps\n")
        .exits(0)
        .prints_nothing();
    assert!(demo.here.path("org/people/ada/login.age").exists());
}

#[test]
fn after_the_site_key_was_lost_a_reader_trusts_the_site_once_they_pin_its_new_signer() {
    let demo = Demo::new();
    let key_file = demo.key_file("ada");
    demo.is_trusted_by(&key_file)
        .expect("the site is as Ada pinned it");
    fs::remove_file(demo.here.path("org/.gradus/site.key")).expect("a site key");
    demo.here.run(&["-C", "org", "build"]).exits(4);
    let section = Guide::section("The site key is lost");
    section.follow_one(0, &demo.here, &Words::default());
    let told = demo.is_trusted_by(&key_file);
    assert!(matches!(told, Err(ReadError::Forged { .. })), "{told:?}");
    demo.here.write("org/ada.key.txt", &key_file);
    let settings = demo.here.read("org/gradus.toml");
    let signer = settings
        .split('"')
        .find(|text| text.starts_with("ed25519:"));
    let words = Words {
        signer: signer.expect("a signer"),
        ..Words::default()
    };
    section.follow_one(1, &demo.here, &words);
    let pinned = demo.here.read("org/ada.key.txt");
    demo.is_trusted_by(&pinned)
        .expect("the new signer is pinned");
    assert_eq!(pinned.matches("# signer: ").count(), 1);
    assert!(demo.site().opened_by(&pinned).holds(SELF));
}

#[test]
fn with_a_stolen_site_key_nothing_of_a_later_site_is_opened_or_signed() {
    let demo = Demo::new();
    let stolen = demo.here.read("org/.gradus/site.key");
    let everyone =
        ["ada", "grace", "barbara", "miriam", "linus"].map(|person| demo.key_file(person));
    // Whoever has the site key can derive the identity of every section of that site.
    let derived = everyone
        .iter()
        .flat_map(|key| demo.before.opened_by(key).identities);
    let derived: Vec<String> = derived.collect();
    Guide::section("The site key is stolen").follow(&demo.here, &Words::default());
    let site = demo.site();
    assert_eq!(site.files_open_to(&derived), 0);
    for part in ["keyring/", "sealed/", "login/"] {
        assert!(
            demo.before.names(part).is_disjoint(&site.names(part)),
            "{part}"
        );
    }
    // The thief builds in our name; who has pinned the new signer is not taken in.
    let settings = demo.here.read("org/gradus.toml");
    let signer = settings
        .split('"')
        .find(|text| text.starts_with("ed25519:"))
        .expect("a signer");
    demo.here.write("org/ada.key.txt", &demo.key_file("ada"));
    demo.here
        .run(&[
            "-C",
            "org",
            "keys",
            "pin",
            "ada.key.txt",
            "--signer",
            signer,
        ])
        .exits(0);
    let pinned = demo.here.read("org/ada.key.txt");
    demo.is_trusted_by(&pinned).expect("the new site");
    let old_signer = IdentityFile::parse(&demo.key_file("ada"))
        .expect("a key")
        .signers
        .remove(0);
    demo.here.write("org/.gradus/site.key", &stolen);
    demo.here
        .write("org/gradus.toml", &settings.replace(signer, &old_signer));
    demo.here
        .run(&["-C", "org", "-q", "build", "--fresh"])
        .exits(0);
    demo.is_trusted_by(&demo.key_file("ada"))
        .expect("whoever has not heard of it believes the thief");
    let told = demo.is_trusted_by(&pinned);
    assert!(matches!(told, Err(ReadError::Forged { .. })), "{told:?}");
}

#[test]
fn a_site_key_is_put_aside_and_never_overwritten() {
    let demo = Demo::new();
    let old = demo.here.read("org/.gradus/site.key");
    demo.here
        .run(&["-C", "org", "keys", "site"])
        .exits(3)
        .says("exists already");
    demo.here
        .run(&["-C", "org", "keys", "site", "--rotate"])
        .exits(0);
    let entries = fs::read_dir(demo.here.path("org/.gradus")).expect("a directory");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a name")
    });
    let aside: Vec<String> = names
        .filter(|name| name.starts_with("site.key.of-"))
        .collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(demo.here.read(&format!("org/.gradus/{}", aside[0])), old);
    assert_ne!(demo.here.read("org/.gradus/site.key"), old);
}

#[test]
fn raising_the_epoch_renames_and_rekeys_everything_and_opens_to_the_same_people() {
    let demo = Demo::new();
    let before = demo.before.opened_by(&demo.key_file("barbara"));
    let stolen = Guide::section("A key is stolen");
    stolen.follow_one(1, &demo.here, &Words::default());
    demo.here.run(&["-C", "org", "-q", "build"]).exits(0);
    let (site, after) = (demo.site(), demo.opened_by("barbara"));
    assert_eq!(after.ids(), before.ids());
    assert!(
        after
            .identities
            .iter()
            .all(|identity| !before.identities.contains(identity))
    );
    assert_eq!(site.files_open_to(&before.identities), 0);
    for part in ["keyring/", "sealed/"] {
        assert!(
            demo.before.names(part).is_disjoint(&site.names(part)),
            "{part}"
        );
    }
}

#[test]
fn a_site_changes_over_to_post_quantum_keys_as_a_whole() {
    let here = Program::new();
    here.run(&["init", "org", "--template", "rubric"]).exits(0);
    let person = |id: &str, manager: &[&str]| {
        let new = [
            "-C",
            "org",
            "new",
            "person",
            id,
            "--name",
            id,
            "--start",
            "2024-01-01",
        ];
        here.run(&[&new, manager].concat()).exits(0);
        here.run(&["-C", "org", "keys", "new", id, "-o", id])
            .exits(0);
    };
    person("grace", &[]);
    person("ada", &["--manager", "grace"]);
    let section = Guide::section("Everyone changes to post-quantum keys");
    let said = section.follow_one(0, &here, &Words::default());
    assert!(
        said[0].stderr().contains("it opens nothing until"),
        "{}",
        said[0].stderr()
    );
    builds(&here, "2 X25519 keys open it");
    let (old, new) = (here.read("org/ada"), here.read("org/ada-pq.key.txt"));
    let before = Site::read(&here.path("org/public"));
    assert!(before.opened_by(&old).ids().contains("person/ada"));
    assert!(before.opened_by(&new).sections.is_empty());
    let said = section.follow_from(1, &here, &Words::default());
    let last = said.last().expect("a build").stderr();
    assert!(last.contains("2 post-quantum keys open it"), "{last}");
    let after = Site::read(&here.path("org/public"));
    assert!(after.opened_by(&old).sections.is_empty());
    assert_eq!(after.opened_by(&new).ids(), before.opened_by(&old).ids());
    let json = here.read("org/public/site.json");
    assert!(json.contains("\"keys\":\"mlkem768x25519\""), "{json}");
    let access = here.run(&["-C", "org", "-q", "access"]).exits(0);
    access.prints("everything is sealed to post-quantum keys");
    here.run(&["-C", "org", "new", "person", "kim", "--name", "Kim"])
        .exits(0);
    let made = here
        .run(&["-C", "org", "keys", "new", "kim", "-o", "kim"])
        .exits(0);
    made.prints("age1pq1");
}

fn builds(here: &Program, words: &str) {
    Guide::accept(here);
    here.run(&["-C", "org", "build"]).exits(0).says(words);
}
