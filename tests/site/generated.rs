//! A generated organisation in which every text carries a word that says what it is and whom it is about,
//! so that finding the word is finding the text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use age::secrecy::ExposeSecret;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A tree as texts, with the identities of its people.
pub struct Generated {
    /// By path.
    pub files: BTreeMap<String, String>,
    /// By person; two for some.
    pub identities: BTreeMap<String, Vec<String>>,
    /// Who was said something about in confidence.
    pub people: Vec<String>,
}

const CYCLES: [(&str, &str, &str); 3] = [
    ("2025-h1", "2025-01-01", "2025-06-30"),
    ("2025-h2", "2025-07-01", "2025-12-31"),
    ("2026-h1", "2026-01-01", "2026-06-30"),
];

/// An organisation of that many people: a tree of managers with changes of manager, leavers, people without a
/// key and people with two, hr, questions with readers of their own, peers in all directions.
pub fn organisation(people: usize, seed: u64) -> Generated {
    let mut random = StdRng::seed_from_u64(seed);
    let ids: Vec<String> = (0..people).map(|n| format!("person-{n}")).collect();
    let mut org = Generated {
        files: BTreeMap::new(),
        identities: BTreeMap::new(),
        people: ids.clone(),
    };
    org.common(&ids);
    for n in 0..people {
        org.person(&mut random, &ids, n);
        for cycle in CYCLES {
            org.cycle(&mut random, &ids, n, cycle);
        }
    }
    org
}

impl Generated {
    /// Writes the tree into a directory.
    pub fn write(&self, root: &Path) {
        for (path, text) in &self.files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    fn put(&mut self, path: String, text: String) {
        self.files.insert(path, text);
    }

    fn common(&mut self, ids: &[String]) {
        let hr = &ids[ids.len() - 1];
        let question = |id: &str, who: &str, more: &str| {
            format!(
                "[[question]]\nid = \"{id}\"\nfor = \"{who}\"\ntitle = \"Title of {id}\"\nprompt = \"Prompt\"\n{more}"
            )
        };
        let text = [
            "name = \"canary-organisation\"\n".to_owned(),
            question("strengths", "peer", ""),
            question("growth-of", "peer", "readers = [\"chain\"]\n"),
            question("went-well", "self", ""),
            question("for-the-manager", "self", "readers = \"pair\"\n"),
            question("themes", "manager", ""),
            question("agree", "response", ""),
            format!("[access]\nhr = [\"{hr}\"]\n"),
        ];
        self.put("gradus.toml".into(), text.join("\n"));
        self.put(
            "rubrics/ic/track.toml".into(),
            "title = \"canary-track\"\n[[competency]]\nid = \"craft\"\ntitle = \"canary-competency\"\n".into(),
        );
        for rank in 1..=3 {
            let text = format!(
                "title = \"canary-level-{rank}\"\nrank = {rank}\n[[section]]\ntitle = \"For managers\"\ntext = \"canary-managers-only\"\nreaders = \"managers\"\n[cell.craft]\ntext = \"canary-cell-{rank}\"\n"
            );
            self.put(format!("rubrics/ic/l{rank}.toml"), text);
        }
        for (id, start, end) in CYCLES {
            let text = format!("title = \"canary-cycle-{id}\"\nstart = {start}\nend = {end}\n");
            self.put(format!("cycles/{id}.toml"), text);
        }
    }

    fn person(&mut self, random: &mut StdRng, ids: &[String], n: usize) {
        let id = &ids[n];
        let keys = match n % 10 {
            7 => 0,
            3 => 2,
            _ => 1,
        };
        let identities: Vec<_> = (0..keys)
            .map(|_| age::x25519::Identity::generate())
            .collect();
        let recipients: Vec<String> = identities
            .iter()
            .map(|i| format!("\"{}\"", i.to_public()))
            .collect();
        let secrets = identities
            .iter()
            .map(|i| i.to_string().expose_secret().to_owned());
        self.identities.insert(id.clone(), secrets.collect());
        let mut text = format!(
            "name = \"canary-name-{id}\"\nstart = 2020-01-01\nkeys = [{}]\n",
            recipients.join(", ")
        );
        if n % 13 == 12 {
            text.push_str("end = 2026-03-01\n");
        }
        let manager = |m: usize| {
            if n == 0 {
                String::new()
            } else {
                format!("manager = \"{}\"\n", ids[m])
            }
        };
        let first = manager((n.max(1) - 1) / 6);
        let _ = write!(
            text,
            "[[role]]\nfrom = 2020-01-01\nlevel = \"ic/l1\"\nteam = \"canary-team-{}\"\n{first}",
            n / 6
        );
        if n > 12 && n.is_multiple_of(4) {
            let next = manager(random.gen_range(1..7));
            let _ = write!(
                text,
                "[[role]]\nfrom = 2026-02-01\nlevel = \"ic/l2\"\n{next}"
            );
        }
        self.put(format!("people/{id}/person.toml"), text);
        let log = format!(
            "[[entry]]\ndate = 2026-03-20\nkind = \"win\"\ntext = \"canary-log-{id}\"\n[[entry]]\ndate = 2026-03-21\nkind = \"award\"\ntext = \"canary-shared-log-{id}\"\nreaders = \"org\"\n"
        );
        self.put(format!("people/{id}/log.toml"), log);
        self.put(
            format!("people/{id}/checkins.md"),
            format!("## 2025-05-05 canary-checkin-{id}\n\n- [ ] canary-checkin-{id}\n\n## 2026-05-05 canary-checkin-{id}\n\ncanary-checkin-{id}\n"),
        );
        self.put(
            format!("management/notes/{id}.md"),
            format!("## 2025-05-05\n\ncanary-note-{id}\n\n## 2026-05-05\n\ncanary-note-{id}\n"),
        );
    }

    fn cycle(
        &mut self,
        random: &mut StdRng,
        ids: &[String],
        n: usize,
        (cycle, start, end): (&str, &str, &str),
    ) {
        let id = ids[n].clone();
        let year = &end[..4];
        let month = if end.ends_with("06-30") { "07" } else { "12" };
        let day = |d: u32| format!("{year}-{month}-{d:02}");
        let dir = format!("people/{id}/{cycle}");
        let manager = ids[if n == 0 { 1 } else { (n - 1) / 6 }].clone();
        self.put(
            format!("{dir}/expectations.toml"),
            format!("agreed = {start}\n[[expectation]]\nid = \"ship\"\ntext = \"canary-expectation-{id}\"\ncompetencies = [\"craft\"]\nsteps = [{{ text = \"canary-step-{id}\", done = {start} }}, \"canary-step-{id}\"]\n"),
        );
        let file = |by: &str, on: String, more: &str, kind: &str, questions: &[&str]| {
            let mut text = format!("+++\nby = \"{by}\"\ndate = {on}\n{more}+++\n");
            for question in questions {
                let _ = write!(text, "\n## {question}\n\ncanary-{kind}-{question}-{id}\n");
            }
            text
        };
        let ratings = "[ratings]\ncraft = \"meets\"\n[outcome]\nship = \"met\"\n";
        self.put(
            format!("{dir}/self.md"),
            file(
                &id,
                day(3),
                ratings,
                "self",
                &["went-well", "for-the-manager"],
            ),
        );
        for _ in 0..3 {
            let peer = &ids[random.gen_range(0..ids.len())];
            if *peer != id {
                let text = file(peer, day(8), "", "peer", &["strengths", "growth-of"]);
                self.put(format!("{dir}/peer-{peer}.md"), text);
            }
        }
        let shared = random.gen_bool(0.6);
        let (more, kind) = if shared {
            (format!("shared = {}\n{ratings}", day(16)), "shared-review")
        } else {
            (ratings.to_owned(), "unshared-review")
        };
        self.put(
            format!("{dir}/review.md"),
            file(&manager, day(14), &more, kind, &["themes"]),
        );
        if shared {
            self.put(
                format!("{dir}/response.md"),
                file(&id, day(20), "", "response", &["agree"]),
            );
        }
        self.put(
            format!("{dir}/plan.toml"),
            format!("[[goal]]\nid = \"next\"\ntext = \"canary-plan-{id}\"\n"),
        );
        if random.gen_bool(0.3) {
            let closed = if random.gen_bool(0.5) {
                format!("closed = {}\nresult = \"met\"\n", day(28))
            } else {
                String::new()
            };
            let kind = if closed.is_empty() {
                "pip"
            } else {
                "closed-pip"
            };
            self.put(
                format!("{dir}/pip.toml"),
                format!("start = {start}\ndays = 60\nsuccess = \"canary-{kind}-{id}\"\n{closed}[[objective]]\nid = \"one\"\ntext = \"canary-{kind}-{id}\"\n"),
            );
        }
        if n > 0 {
            self.put(
                format!("management/{cycle}/{id}.toml"),
                format!("by = \"{manager}\"\ndate = {}\nalignment = \"at\"\nneeds = [\"canary-talent-{id}\"]\n", day(18)),
            );
        }
    }
}
