use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gradus::domain::model::*;
use gradus::sealed::publish::*;
use gradus::sealed::seal::*;

use crate::fixture::*;

/// An output folder and the state of an organisation beside it.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        Self { root }
    }

    fn out(&self) -> PathBuf {
        self.root.path().join("public")
    }

    fn begin(&self) -> Result<Publication, PublishError> {
        begin(self.root.path())
    }

    fn publish(&self, sections: &[(Section, SectionContent)]) -> Result<Published, PublishError> {
        let publication = self.begin()?;
        let site = seal_site(&input(), &publication, sections, &shell(), &[]).unwrap();
        publication.commit(&site, &mut |_| ())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

fn begin(root: &Path) -> Result<Publication, PublishError> {
    let proven = |out: &Path| owned_files(&Folder(out.to_owned()), &site_key().signer());
    Publication::begin(&root.join("public"), &root.join(".gradus"), proven)
}

/// Sections whose every page says which build they are of.
fn edition(number: u32) -> Vec<(Section, SectionContent)> {
    let mut sections = organisation();
    for (_, content) in &mut sections {
        content.pages[0].tree = text(&format!("edition {number}")).into();
    }
    sections
}

/// The edition that a folder serves, if it is one whole build: every file as signed, nothing else of
/// ours beside it, and all of Grace's sections of the same edition.
fn served_edition(out: &Path) -> String {
    let folder = Folder(out.to_owned());
    let site = SealedSiteReader::new(&folder, &Trust::default(), &[]).unwrap();
    for (path, signed) in site.all_files().unwrap() {
        let bytes = fs::read(out.join(&path)).unwrap();
        assert_eq!(FileHash::of(&bytes), signed.sha256, "{path}");
    }
    let listed = site.all_files().unwrap().len() + site.site_json().index.len() + 2;
    assert_eq!(files_under(out), listed);
    let portfolio = site.unlock(&grace()).unwrap();
    let ids: Vec<&String> = portfolio.keyring().sections.iter().map(|s| &s.id).collect();
    let mut editions: Vec<String> = ids
        .iter()
        .map(|id| portfolio.section(id).unwrap().pages[0].tree.to_string())
        .collect();
    editions.dedup();
    assert_eq!(editions.len(), 1, "{editions:?}");
    editions.remove(0)
}

fn files_under(folder: &Path) -> usize {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap());
    entries.filter(|entry| entry.file_type().is_file()).count()
}

#[test]
fn a_first_build_makes_the_folder_and_the_next_exchanges_it() {
    let place = Place::new();
    assert_eq!(place.publish(&edition(1)).unwrap().how, How::Created);
    assert_eq!(served_edition(&place.out()), "\"edition 1\"");
    assert_eq!(place.publish(&edition(2)).unwrap().how, How::Exchanged);
    assert_eq!(served_edition(&place.out()), "\"edition 2\"");
    let mut names = place.names();
    names.sort();
    assert_eq!(names, [".gradus", "public"]);
}

#[test]
fn an_unchanged_file_is_the_same_file_on_disk() {
    let place = Place::new();
    place.publish(&organisation()).unwrap();
    let keyring = site_key().keyring_path(&ada().recipient(), 1).unwrap();
    let inode = || fs::metadata(place.out().join(&keyring)).unwrap().ino();
    let before = inode();
    place.publish(&organisation()).unwrap();
    assert_eq!(inode(), before);
}

#[test]
fn the_ledger_is_its_owners_alone() {
    let place = Place::new();
    place.publish(&organisation()).unwrap();
    let ledger = fs::metadata(place.root.path().join(".gradus/ledger.json")).unwrap();
    assert_eq!(ledger.permissions().mode() & 0o777, 0o600);
}

/// The unsigned files that stopped a build.
fn unsigned(refused: Result<Published, PublishError>) -> Vec<String> {
    match refused {
        Err(PublishError::Unsigned { paths, .. }) => paths,
        other => panic!("{other:?}"),
    }
}

#[test]
fn unsigned_files_stop_a_build_and_stay_each_of_them_named() {
    for before in 0..2 {
        let place = Place::new();
        if before == 1 {
            place.publish(&edition(1)).unwrap();
        }
        fs::create_dir_all(place.out().join("docs/empty")).unwrap();
        fs::write(place.out().join("CNAME"), "theirs").unwrap();
        fs::write(place.out().join("docs/a.txt"), "theirs").unwrap();
        symlink("docs/a.txt", place.out().join("link")).unwrap();
        let files = files_under(&place.out());
        let site_json = fs::read(place.out().join("site.json")).ok();
        for _ in 0..2 {
            let refused = place.publish(&edition(2));
            assert_eq!(unsigned(refused), ["CNAME", "docs/a.txt", "link"]);
            assert_eq!(files_under(&place.out()), files);
            assert_eq!(place.names().len(), 2, "{:?}", place.names());
        }
        assert_eq!(fs::read(place.out().join("site.json")).ok(), site_json);
        fs::remove_file(place.out().join("CNAME")).unwrap();
        fs::remove_file(place.out().join("link")).unwrap();
        fs::remove_dir_all(place.out().join("docs")).unwrap();
        place.publish(&edition(2)).unwrap();
        assert_eq!(served_edition(&place.out()), "\"edition 2\"");
    }
}

#[test]
fn a_file_that_comes_while_a_build_runs_stays_and_stops_the_next() {
    let place = Place::new();
    place.publish(&edition(1)).unwrap();
    let publication = place.begin().unwrap();
    fs::create_dir_all(place.out().join("docs")).unwrap();
    fs::write(place.out().join("docs/late.txt"), "theirs").unwrap();
    let site = seal_site(&input(), &publication, &edition(2), &shell(), &[]).unwrap();
    publication.commit(&site, &mut |_| ()).unwrap();
    let late = || fs::read_to_string(place.out().join("docs/late.txt")).unwrap();
    assert_eq!(late(), "theirs");
    assert_eq!(unsigned(place.publish(&edition(3))), ["docs/late.txt"]);
    assert_eq!(late(), "theirs");
}

#[test]
fn a_file_of_ours_that_someone_changed_is_theirs() {
    let place = Place::new();
    let mut sections = organisation();
    sections[1].1.files.clear();
    place.publish(&organisation()).unwrap();
    let attachment = |place: &Place| {
        let folder = Folder(place.out());
        let site = SealedSiteReader::new(&folder, &Trust::default(), &[]).unwrap();
        let section = site.unlock(&ada()).unwrap().section("person/ada").unwrap();
        match section.files["2026-h1/graph.png"].lies.clone() {
            Lies::Beside(path) => path,
            Lies::Within(_) => {
                panic!("Ada reads what is about her: its attachments have files of their own")
            }
        }
    };
    let path = place.out().join(attachment(&place));
    fs::remove_file(&path).unwrap();
    fs::write(&path, "theirs").unwrap();
    sections[1].1.pages.clear();
    let refused = place.publish(&sections);
    assert_eq!(unsigned(refused).len(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
}

#[test]
fn a_file_of_others_in_the_way_stops_the_build() {
    for path in [
        "index.html",
        "site.json",
        "sealed",
        "assets/viewer.0123456789abcdef.js/x",
    ] {
        let place = Place::new();
        let theirs = place.out().join(path);
        fs::create_dir_all(theirs.parent().unwrap()).unwrap();
        fs::write(&theirs, "theirs").unwrap();
        assert_eq!(unsigned(place.publish(&edition(1))), [path]);
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        assert_eq!(files_under(&place.out()), 1);
    }
}

#[test]
fn a_damaged_file_of_ours_is_put_right() {
    let place = Place::new();
    place.publish(&edition(1)).unwrap();
    let keyring = place
        .out()
        .join(site_key().keyring_path(&grace().recipient(), 1).unwrap());
    fs::remove_file(&keyring).unwrap();
    fs::write(&keyring, "damaged").unwrap();
    place.publish(&edition(1)).unwrap();
    assert_eq!(served_edition(&place.out()), "\"edition 1\"");
}

#[test]
fn a_lost_ledger_is_made_up_for_by_the_sites_signature() {
    let place = Place::new();
    place.publish(&organisation()).unwrap();
    fs::remove_dir_all(place.root.path().join(".gradus")).unwrap();
    let mut sections = edition(2);
    sections.remove(1);
    let published = place.publish(&sections).unwrap();
    assert!(published.removed > 0);
    assert_eq!(served_edition(&place.out()), "\"edition 2\"");
}

#[test]
fn the_site_of_another_signer_stays() {
    let place = Place::new();
    let theirs = SealInput {
        site_key: site_key_of(&[2; 32]),
        ..input()
    };
    let (files, _) = seal(&theirs, &organisation());
    for (path, bytes) in &files {
        let path = place.out().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let refused = place.publish(&organisation());
    assert!(unsigned(refused).contains(&"site.json".to_owned()));
    assert_eq!(files_under(&place.out()), files.len());
}

#[test]
fn a_site_written_in_place_is_whole_and_cleared() {
    let place = Place::new();
    place.publish(&organisation()).unwrap();
    let publication = place.begin().unwrap().in_place();
    let site = seal_site(&input(), &publication, &edition(2), &shell(), &[]).unwrap();
    let inode = fs::metadata(place.out()).unwrap().ino();
    let published = publication.commit(&site, &mut |_| ()).unwrap();
    assert_eq!(published.how, How::InPlace);
    assert_eq!(fs::metadata(place.out()).unwrap().ino(), inode);
    assert_eq!(served_edition(&place.out()), "\"edition 2\"");
}

/// A store that is full after so many files.
struct Full<'a>(&'a Publication, std::sync::atomic::AtomicUsize);

impl SiteStore for Full<'_> {
    fn last_build(&self) -> u64 {
        self.0.last_build()
    }

    fn earlier(&self, path: &str) -> Option<LedgerEntry> {
        self.0.earlier(path)
    }

    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        let left = self.1.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        match left {
            0 => Err(std::io::ErrorKind::StorageFull.into()),
            _ => self.0.write(path, bytes),
        }
    }

    fn keep(&self, path: &str) -> std::io::Result<()> {
        self.0.keep(path)
    }
}

#[test]
fn a_full_disk_leaves_the_old_site_whole_and_nothing_else() {
    let place = Place::new();
    place.publish(&edition(1)).unwrap();
    for room in 0..6 {
        let publication = place.begin().unwrap();
        let store = Full(&publication, room.into());
        let failed = seal_site(&input(), &store, &edition(2), &shell(), &[]);
        assert!(matches!(failed, Err(SealError::Store { .. })), "{room}");
        drop(publication);
        assert_eq!(served_edition(&place.out()), "\"edition 1\"");
        assert_eq!(place.names().len(), 2);
    }
}

#[test]
fn an_output_that_is_no_folder_is_refused() {
    let place = Place::new();
    fs::write(place.out(), "a file").unwrap();
    assert!(matches!(
        place.begin(),
        Err(PublishError::NotAFolder { .. })
    ));
    fs::remove_file(place.out()).unwrap();
    symlink("nowhere", place.out()).unwrap();
    assert!(matches!(
        place.begin(),
        Err(PublishError::NotAFolder { .. })
    ));
}

#[test]
fn an_output_that_is_a_link_stays_a_link() {
    let place = Place::new();
    fs::create_dir(place.root.path().join("real")).unwrap();
    symlink("real", place.out()).unwrap();
    place.publish(&edition(1)).unwrap();
    assert!(
        fs::symlink_metadata(place.out())
            .unwrap()
            .file_type()
            .is_symlink()
    );
    assert_eq!(
        served_edition(&place.root.path().join("real")),
        "\"edition 1\""
    );
}

#[test]
fn of_eight_builds_at_once_one_publishes_and_the_others_say_why() {
    let place = Place::new();
    let holder = place.begin().unwrap();
    let refused = || matches!(place.begin(), Err(PublishError::Locked { .. }));
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..7).map(|_| scope.spawn(refused)).collect();
        assert!(others.into_iter().all(|other| other.join().unwrap()));
    });
    let site = seal_site(&input(), &holder, &edition(1), &shell(), &[]).unwrap();
    holder.commit(&site, &mut |_| ()).unwrap();
    assert_eq!(served_edition(&place.out()), "\"edition 1\"");
    place.publish(&edition(2)).unwrap();
}

#[test]
fn a_folder_that_only_looks_like_a_stage_stays() {
    let place = Place::new();
    let looks = place.root.path().join(".gradus-stage-of-mine");
    fs::create_dir(&looks).unwrap();
    fs::write(looks.join("marker"), "mine").unwrap();
    place.publish(&edition(1)).unwrap();
    assert_eq!(fs::read_to_string(looks.join("marker")).unwrap(), "mine");
}

const CHILD: &str = "GRADUS_TEST_PUBLISH_IN";

/// Says a line to the test that watches, at every file and every step.
struct Talking<'a>(&'a Publication);

fn say() {
    // The watcher counts lines; a closed pipe means that it has gone.
    let _ = writeln!(std::io::stdout().lock(), "step");
}

impl SiteStore for Talking<'_> {
    fn last_build(&self) -> u64 {
        self.0.last_build()
    }

    fn earlier(&self, path: &str) -> Option<LedgerEntry> {
        self.0.earlier(path)
    }

    fn write(&self, path: &str, bytes: Vec<u8>) -> std::io::Result<()> {
        say();
        self.0.write(path, bytes)
    }

    fn keep(&self, path: &str) -> std::io::Result<()> {
        say();
        self.0.keep(path)
    }
}

/// Not a test of its own: what [`a_build_that_is_killed_anywhere_leaves_one_whole_site`] runs and kills.
#[test]
fn child_that_publishes() {
    let Some(root) = std::env::var_os(CHILD) else {
        return;
    };
    let publication = begin(Path::new(&root)).unwrap();
    say();
    let number = std::env::var("GRADUS_TEST_EDITION")
        .unwrap()
        .parse()
        .unwrap();
    let site = seal_site(
        &input(),
        &Talking(&publication),
        &edition(number),
        &shell(),
        &[],
    );
    publication.commit(&site.unwrap(), &mut |_| say()).unwrap();
}

/// Runs a build, kills it after so many lines, and tells whether it had ended by itself.
fn publish_and_kill(root: &Path, edition: u32, lines: usize) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "seal::publishing::child_that_publishes",
            "--nocapture",
        ])
        .env(CHILD, root)
        .env("GRADUS_TEST_EDITION", edition.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let steps = output
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.ends_with("step"));
    let ended = steps.take(lines).count() < lines;
    if !ended {
        child.kill().unwrap();
    }
    child.wait().unwrap();
    ended
}

#[test]
fn a_build_that_is_killed_anywhere_leaves_one_whole_site() {
    let place = Place::new();
    place.publish(&edition(0)).unwrap();
    let mut seen = BTreeMap::new();
    for number in 1..=100 {
        // Every step is a place to die in, the last ones more often: that is where things are moved.
        let lines = 1 + (number as usize * 7) % 22;
        let ended = publish_and_kill(place.root.path(), number, lines);
        let served = served_edition(&place.out());
        *seen
            .entry((ended, served == format!("\"edition {number}\"")))
            .or_insert(0) += 1;
    }
    assert!(
        seen.contains_key(&(false, false)),
        "no build was killed in time: {seen:?}"
    );
    place.publish(&edition(101)).unwrap();
    assert_eq!(served_edition(&place.out()), "\"edition 101\"");
    assert_eq!(place.names().len(), 2, "{:?}", place.names());
}

#[test]
fn two_folders_of_one_organisation_are_published_in_turn() {
    let place = Place::new();
    place.publish(&edition(1)).unwrap();
    let other = place.root.path().join("elsewhere");
    let state = place.root.path().join(".gradus");
    let to_other = Publication::begin(&other, &state, |_| Ledger::default()).unwrap();
    let site = seal_site(&input(), &to_other, &edition(2), &shell(), &[]).unwrap();
    to_other.commit(&site, &mut |_| ()).unwrap();
    place.publish(&edition(3)).unwrap();
    assert_eq!(served_edition(&place.out()), "\"edition 3\"");
    assert_eq!(served_edition(&other), "\"edition 2\"");
}

#[test]
fn a_ledger_of_another_program_stops_the_build() {
    let place = Place::new();
    place.publish(&edition(1)).unwrap();
    fs::write(place.root.path().join(".gradus/ledger.json"), "[]").unwrap();
    assert!(matches!(place.begin(), Err(PublishError::Ledger { .. })));
    assert_eq!(served_edition(&place.out()), "\"edition 1\"");
}

#[test]
fn of_two_organisations_that_begin_in_one_new_folder_the_second_is_told_and_the_first_stays() {
    let place = Place::new();
    let other_state = place.root.path().join("other/.gradus");
    let late = Publication::begin(&place.out(), &other_state, |_| Ledger::default()).unwrap();
    let late_site = seal_site(&input(), &late, &edition(2), &shell(), &[]).unwrap();
    place.publish(&edition(1)).unwrap();
    let refused = late.commit(&late_site, &mut |_| ());
    assert!(
        matches!(&refused, Err(PublishError::Appeared { path }) if path.ends_with("public")),
        "{refused:?}"
    );
    assert_eq!(served_edition(&place.out()), "\"edition 1\"");
}
