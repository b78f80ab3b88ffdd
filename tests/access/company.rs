//! An invented company: who works for whom is a value that can be changed, what was written about everyone is fixed, and
//! every text carries a word of its own, so that finding the word is finding the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use gradus::domain::model::{Date, Identity, Organisation};
use gradus::tree::source::{
    Content, CycleFile, Directory, FileKind, PersonFile, Source, SourceFile,
};
use gradus::{cli::terminal, tree::check, tree::source};

/// The day on which everything is built.
pub const TODAY: &str = "2026-11-22";

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// A reader key of the company: the same number gives the same key.
pub fn key(number: u8) -> Identity {
    Identity::from_bytes([number; 32])
}

pub fn recipient(number: u8) -> String {
    static ALL: OnceLock<Vec<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        (0..=u8::MAX)
            .map(|n| key(n).recipient().to_string())
            .collect()
    });
    all[usize::from(number)].clone()
}

/// Who works for whom, and by which keys they read.
#[derive(Debug, Clone)]
pub struct Company {
    pub members: BTreeMap<String, Member>,
    pub hr: Vec<String>,
    pub peer_feedback: &'static str,
}

#[derive(Debug, Clone, Default)]
pub struct Member {
    /// From which day on, and who stands above.
    pub managers: Vec<(Date, Option<String>)>,
    /// Keys by number, with their last day.
    pub keys: Vec<(u8, Option<Date>)>,
    pub end: Option<Date>,
}

impl Member {
    pub fn new(manager: Option<&str>, key: u8) -> Self {
        Self {
            managers: vec![(day("2020-01-01"), manager.map(str::to_owned))],
            keys: vec![(key, None)],
            end: None,
        }
    }

    pub fn manager_on(&self, on: Date) -> Option<&String> {
        let role = self.managers.iter().rfind(|(from, _)| *from <= on);
        role.and_then(|(_, manager)| manager.as_ref())
    }

    pub fn is_here(&self) -> bool {
        self.end.is_none_or(|end| end > day(TODAY))
    }

    fn toml(&self, id: &str) -> String {
        let keys = self.keys.iter().map(|(number, until)| {
            let key = recipient(*number);
            match until {
                Some(until) => format!("{{ key = \"{key}\", until = {until} }}"),
                None => format!("\"{key}\""),
            }
        });
        let keys: Vec<String> = keys.collect();
        let mut text = format!("name = \"Name of {id}\"\nstart = 2020-01-01\n");
        if let Some(end) = self.end {
            let _ = writeln!(text, "end = {end}");
        }
        let _ = writeln!(text, "keys = [{}]", keys.join(", "));
        for (at, (from, manager)) in self.managers.iter().enumerate() {
            let _ = write!(text, "[[role]]\nfrom = {from}\n");
            if at == 0 {
                let _ = writeln!(text, "title = \"canary-profile-{id}\"");
            }
            if let Some(manager) = manager {
                let _ = writeln!(text, "manager = \"{manager}\"");
            }
        }
        text
    }
}

/// How a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// For the subject and whoever stands above them now.
    Passing,
    /// For those above who stood there on its day and still do.
    Confidential,
    /// For the subject and the direct manager of its day who still is.
    Pair,
    /// Confidential, and for hr.
    Talent,
    /// Passing, and for hr.
    OpenPlan,
    /// For the subject and hr.
    ClosedPlan,
}

/// One text that was written about somebody.
#[derive(Debug, Clone)]
pub struct Text {
    pub word: String,
    pub subject: String,
    pub kept: Kept,
    pub date: Date,
}

/// The one cycle, its first and last day, and the month in which it is reviewed.
const CYCLE: (&str, &str, &str, &str) = ("2026-h1", "2026-01-01", "2026-06-30", "2026-07");

/// m0 ← m1, m2; m1 ← m3, m4, m5; m2 ← m6, m7, m8. m5 was m2's until February; m8 is hr; m4 has two keys.
pub fn company() -> Company {
    let mut members: BTreeMap<String, Member> = (0..9_u8)
        .map(|n| {
            let manager = match n {
                0 => None,
                1 | 2 => Some("m0"),
                3..=5 => Some("m1"),
                _ => Some("m2"),
            };
            (format!("m{n}"), Member::new(manager, n + 1))
        })
        .collect();
    let moved = members.get_mut("m5").expect("m5 is there");
    moved.managers = vec![
        (day("2020-01-01"), Some("m2".to_owned())),
        (day("2026-02-01"), Some("m1".to_owned())),
    ];
    let two = members.get_mut("m4").expect("m4 is there");
    two.keys.push((40, Some(day("2026-12-31"))));
    Company {
        members,
        hr: vec!["m8".to_owned()],
        peer_feedback: "chain",
    }
}

impl Company {
    /// Everyone above somebody on a day, nearest first.
    pub fn above(&self, id: &str, on: Date) -> Vec<String> {
        let manager = |id: &String| self.members.get(id)?.manager_on(on).cloned();
        let first = self.members[id].manager_on(on).cloned();
        std::iter::successors(first, manager).collect()
    }

    /// Who is there to read: those who have not left.
    fn here(&self, people: impl IntoIterator<Item = String>) -> BTreeSet<String> {
        let here = |id: &String| self.members.get(id).is_some_and(Member::is_here);
        people.into_iter().filter(here).collect()
    }

    /// Who must read a text, and nobody else: the rules once more, as plainly as they can be said.
    pub fn readers_of(&self, text: &Text) -> BTreeSet<String> {
        let (id, now) = (&text.subject, day(TODAY));
        let above = self.here(self.above(id, now));
        let since = |then: Vec<String>| {
            above
                .iter()
                .filter(|id| then.contains(id))
                .cloned()
                .collect::<BTreeSet<_>>()
        };
        let own = self.here([id.clone()]);
        let hr = self.here(self.hr.iter().cloned());
        let both = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
            a.union(b).cloned().collect::<BTreeSet<_>>()
        };
        match text.kept {
            Kept::Passing => both(&above, &own),
            Kept::Confidential => since(self.above(id, text.date)),
            Kept::Pair => {
                let (then, now) = (
                    self.members[id].manager_on(text.date),
                    self.members[id].manager_on(now),
                );
                let same = now.filter(|now| then == Some(now)).cloned();
                both(&own, &self.here(same))
            }
            Kept::Talent => {
                let mut readers = both(&since(self.above(id, text.date)), &hr);
                readers.remove(id);
                readers
            }
            Kept::OpenPlan => both(&both(&above, &own), &hr),
            Kept::ClosedPlan => both(&own, &hr),
        }
    }

    /// The recipients that somebody reads by.
    pub fn recipients(&self, id: &str) -> BTreeSet<String> {
        let member = &self.members[id];
        let live = member
            .keys
            .iter()
            .filter(|(_, until)| until.is_none_or(|until| until >= day(TODAY)));
        let live = live.filter(|_| member.is_here());
        live.map(|(number, _)| recipient(*number)).collect()
    }
}

/// A company, written to disk and read once, and then changed in memory.
#[derive(Clone)]
pub struct World {
    pub source: Source,
    pub texts: Vec<Text>,
}

impl World {
    pub fn new(company: &Company) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut files = Files::default();
        files.shared(company);
        for (n, (id, member)) in company.members.iter().enumerate() {
            files.put(format!("people/{id}/person.toml"), member.toml(id));
            files.about(company, id, n);
        }
        files.write(directory.path());
        let source = source::load(directory.path()).expect("an organisation");
        Self {
            source,
            texts: files.texts,
        }
    }

    /// Makes a file say something else; the file of a new person is added.
    pub fn set(&mut self, path: &str, text: &str) {
        let path: Arc<str> = path.into();
        let text: Arc<str> = text.into();
        let content = Content::Text(text.clone());
        let known = self
            .source
            .files
            .values_mut()
            .find(|file| file.path == path);
        match known {
            Some(file) => file.content = content,
            None => self.add(path.clone(), content),
        }
        self.source.texts.insert(path, text);
    }

    /// Adds a track to the rubric in force, with a level.
    pub fn set_track(&mut self, id: &str, text: &str) {
        let (rubric, track): (Arc<str>, Arc<str>) = ("rubrics".into(), id.into());
        let level =
            "title = \"Level\"\nrank = 1\n[[section]]\ntitle = \"For all\"\ntext = \"All\"\n";
        let kinds = [
            (
                "track.toml",
                text,
                FileKind::Track {
                    rubric: rubric.clone(),
                    track: track.clone(),
                },
            ),
            (
                "l1.toml",
                level,
                FileKind::Level {
                    rubric: rubric.clone(),
                    track: track.clone(),
                    level: "l1".into(),
                },
            ),
        ];
        for (name, text, kind) in kinds {
            let path: Arc<str> = format!("rubrics/{id}/{name}").into();
            let content = Content::Text(text.into());
            let file = SourceFile {
                path: path.clone(),
                content,
            };
            self.source.files.insert(kind, file);
            self.source.texts.insert(path, text.into());
        }
        let directory = format!("rubrics/{id}").into();
        self.source
            .directories
            .insert(Directory::Track { rubric, track }, directory);
    }

    /// Adds the file of a new person, of a new peer, of a cycle, or of figures.
    fn add(&mut self, path: Arc<str>, content: Content) {
        let parts: Vec<&str> = path.split('/').collect();
        if let ["cycles", name] = parts[..] {
            let figures = name.strip_suffix(".figures.toml");
            let kind = figures.map(|cycle| FileKind::Figures(cycle.into()));
            let cycle = name.trim_end_matches(".toml");
            let kind = kind.unwrap_or_else(|| FileKind::Cycle(cycle.into()));
            self.source.files.insert(kind, SourceFile { path, content });
            return;
        }
        let id: Arc<str> = parts[1].into();
        let directory = format!("people/{id}");
        self.source
            .directories
            .insert(Directory::Person(id.clone()), directory.into());
        let peer = parts
            .get(3)
            .and_then(|name| name.strip_prefix("peer-")?.strip_suffix(".md"));
        let kind = match peer {
            Some(peer) => FileKind::InCycle {
                person: id,
                cycle: parts[2].into(),
                file: CycleFile::Peer(peer.into()),
            },
            None => FileKind::Person {
                person: id,
                file: PersonFile::Person,
            },
        };
        self.source.files.insert(kind, SourceFile { path, content });
    }

    /// Adds an attachment, at `people/<id>/<cycle>/files/<name>`.
    pub fn attach(&mut self, path: &str, bytes: &[u8]) {
        let parts: Vec<&str> = path.split('/').collect();
        let kind = FileKind::InCycle {
            person: parts[1].into(),
            cycle: parts[2].into(),
            file: CycleFile::Attachment(parts[4].into()),
        };
        let file = SourceFile {
            path: path.into(),
            content: Content::Bytes(bytes.into()),
        };
        self.source.files.insert(kind, file);
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) {
        self.source.files.retain(|_, file| &*file.path != path);
        self.source.texts.remove(path);
    }

    /// Takes the directory of a person away, whose files are gone.
    pub fn leave(&mut self, id: &str) {
        self.source
            .directories
            .remove(&Directory::Person(id.into()));
    }

    pub fn text(&self, path: &str) -> String {
        self.source.texts[path].to_string()
    }

    /// Makes everyone stand as in another company of the same texts.
    fn become_like(&mut self, company: &Company) {
        for (id, member) in &company.members {
            self.set(&format!("people/{id}/person.toml"), &member.toml(id));
        }
        self.set("gradus.toml", &settings(company));
    }

    /// The same texts in another company.
    pub fn with(&self, company: &Company) -> Self {
        let mut world = self.clone();
        world.become_like(company);
        world
    }

    /// The organisation, where it has no errors.
    pub fn organisation(&self) -> Option<Organisation> {
        check::check(&self.source).0
    }

    /// The organisation.
    pub fn valid(&self) -> Organisation {
        let (organisation, report) = check::check(&self.source);
        organisation.unwrap_or_else(|| panic!("{}", terminal::drawn(&report)))
    }
}

#[derive(Default)]
struct Files {
    files: BTreeMap<String, String>,
    texts: Vec<Text>,
}

fn settings(company: &Company) -> String {
    let hr: Vec<String> = company.hr.iter().map(|id| format!("\"{id}\"")).collect();
    let question = |id: &str, who: &str, more: &str| {
        format!(
            "[[question]]\nid = \"{id}\"\nfor = \"{who}\"\ntitle = \"Title of {id}\"\nprompt = \"Prompt\"\n{more}\n"
        )
    };
    [
        "name = \"Company\"\n\n".to_owned(),
        question("strengths", "peer", ""),
        question("growth-of", "peer", "readers = [\"chain\"]\n"),
        question("went-well", "self", ""),
        question("themes", "manager", ""),
        question("agree", "response", ""),
        format!(
            "[access]\nchain = \"all\"\npeer_feedback = \"{}\"\nhr = [{}]\n",
            company.peer_feedback,
            hr.join(", ")
        ),
    ]
    .concat()
}

impl Files {
    fn put(&mut self, path: String, text: String) {
        self.files.insert(path, text);
    }

    fn write(&self, root: &Path) {
        for (path, text) in &self.files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
    }

    fn shared(&mut self, company: &Company) {
        self.put("gradus.toml".into(), settings(company));
        self.put("rubrics/generic/track.toml".into(), "title = \"Everyone\"\ndescription = \"canary-track-generic\"\nabstract = true\n[[competency]]\nid = \"care\"\ntitle = \"Care\"\ndescription = \"canary-competency-generic\"\n".into());
        self.put("rubrics/ic/track.toml".into(), "title = \"Engineering\"\ndescription = \"canary-track-ic\"\nreaders = \"org\"\nextends = \"generic\"\n[[competency]]\nid = \"craft\"\ntitle = \"Craft\"\n".into());
        self.put("rubrics/ic/l1.toml".into(), "title = \"Engineer\"\nrank = 1\n[[section]]\ntitle = \"For all\"\ntext = \"canary-section-all\"\n[[section]]\ntitle = \"For managers\"\ntext = \"canary-section-managers\"\nreaders = \"managers\"\n".into());
        let (id, start, end, _) = CYCLE;
        self.put(
            format!("cycles/{id}.toml"),
            format!("title = \"{id}\"\nstart = {start}\nend = {end}\n"),
        );
    }

    /// A text about somebody, with its word.
    fn text(&mut self, kept: Kept, subject: &str, date: &str, what: &str) -> String {
        let word = format!("canary-{what}-{subject}-{date}");
        self.texts.push(Text {
            word: word.clone(),
            subject: subject.to_owned(),
            kept,
            date: day(date),
        });
        word
    }

    fn about(&mut self, company: &Company, id: &str, n: usize) {
        self.texts.push(Text {
            word: format!("canary-profile-{id}"),
            subject: id.to_owned(),
            kept: Kept::Passing,
            date: day("2020-01-01"),
        });
        let log = self.text(Kept::Passing, id, "2026-03-20", "log");
        let win = "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\n";
        self.put(
            format!("people/{id}/log.toml"),
            format!("{win}text = \"{log}\"\n"),
        );
        let mut checkins = String::new();
        let mut notes = String::new();
        for date in ["2025-10-05", "2026-05-05"] {
            let _ = write!(
                checkins,
                "## {date} Talk\n\n{}\n\n",
                self.text(Kept::Pair, id, date, "checkin")
            );
            let _ = write!(
                notes,
                "## {date} Note\n\n{}\n\n",
                self.text(Kept::Confidential, id, date, "note")
            );
        }
        self.put(format!("people/{id}/checkins.md"), checkins);
        self.put(format!("management/notes/{id}.md"), notes);
        self.cycle(company, id, n, CYCLE);
    }

    fn cycle(
        &mut self,
        company: &Company,
        id: &str,
        n: usize,
        (cycle, start, _, month): (&str, &str, &str, &str),
    ) {
        let dir = format!("people/{id}/{cycle}");
        let on = |d: u32| format!("{month}-{d:02}");
        let expectation = self.text(Kept::Passing, id, start, "expectation");
        self.put(
            format!("{dir}/expectations.toml"),
            format!("agreed = {start}\n[[expectation]]\nid = \"ship\"\ntext = \"{expectation}\"\n"),
        );
        let file = |by: &str, on: &str, more: &str, question: &str, text: &str| {
            format!("+++\nby = \"{by}\"\ndate = {on}\n{more}+++\n\n## {question}\n\n{text}\n")
        };
        let own = self.text(Kept::Passing, id, &on(3), "self");
        self.put(
            format!("{dir}/self.md"),
            file(id, &on(3), "", "went-well", &own),
        );
        let manager = company.members[id].manager_on(day(start)).cloned();
        let plan = self.text(Kept::Passing, id, start, "plan");
        self.put(
            format!("{dir}/plan.toml"),
            format!("[[goal]]\nid = \"next\"\ntext = \"{plan}\"\n"),
        );
        for step in [1, 2, 4] {
            let peer = format!("m{}", (n + step) % company.members.len());
            let text = self.text(Kept::Confidential, id, &on(8), &format!("peer-{peer}"));
            let growth = self.text(Kept::Confidential, id, &on(8), &format!("growth-{peer}"));
            let text = format!("{text}\n\n## growth-of\n\n{growth}");
            self.put(
                format!("{dir}/peer-{peer}.md"),
                file(&peer, &on(8), "", "strengths", &text),
            );
        }
        let by = manager.unwrap_or_else(|| "m1".to_owned());
        let (kept, more) = match n % 2 {
            0 => (Kept::Passing, format!("shared = {}\n", on(16))),
            _ => (Kept::Confidential, String::new()),
        };
        let review = self.text(kept, id, &on(14), "review");
        self.put(
            format!("{dir}/review.md"),
            file(&by, &on(14), &more, "themes", &review),
        );
        if n.is_multiple_of(2) {
            let response = self.text(Kept::Passing, id, &on(20), "response");
            self.put(
                format!("{dir}/response.md"),
                file(id, &on(20), "", "agree", &response),
            );
        }
        if n.is_multiple_of(3) {
            let (kept, closed) = match n % 6 {
                0 => (
                    Kept::ClosedPlan,
                    format!("closed = {}\nresult = \"met\"\n", on(28)),
                ),
                _ => (Kept::OpenPlan, String::new()),
            };
            let plan = self.text(kept, id, start, "pip");
            self.put(format!("{dir}/pip.toml"), format!("start = {start}\ndays = 60\nsuccess = \"{plan}\"\n{closed}[[objective]]\nid = \"one\"\ntext = \"One\"\n"));
        }
        let talent = self.text(Kept::Talent, id, &on(18), "talent");
        self.put(
            format!("management/{cycle}/{id}.toml"),
            format!(
                "by = \"{by}\"\ndate = {}\nalignment = \"at\"\nneeds = [\"{talent}\"]\n",
                on(18)
            ),
        );
    }
}
