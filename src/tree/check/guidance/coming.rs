//! Days of what has happened that have not come yet.

use super::spot::Spot;
use super::{Lint, Practice};
use crate::domain::model::*;
use crate::tree::check::codes;
use crate::tree::schema::{self, Holds};
use crate::tree::source::written::{Toml, front_matter};
use crate::tree::source::{CycleFile, FileKind, PersonFile, Source};

/// Judges every file about a person that has keys or dated headings.
pub(super) fn judge(practice: Practice<'_>, source: &Source, person: &Person) -> Vec<Lint> {
    let today = practice.as_of;
    let files = files_about(practice, person).into_iter();
    let mut lints: Vec<Lint> = files
        .flat_map(|file| in_keys(source, file, today))
        .collect();
    let own = |file| FileKind::Person {
        person: person.id.as_str().into(),
        file,
    };
    let checkins = person.checkins.iter();
    let checkins = checkins.map(|met| (own(PersonFile::CheckIns), met.date, &met.title));
    let managed = practice.organisation.management.about.get(&person.id);
    let notes = managed.into_iter().flat_map(|managed| &managed.notes);
    let notes = notes.map(|note| {
        let file = FileKind::PrivateNotes(person.id.as_str().into());
        (file, note.date, &note.title)
    });
    let coming = checkins.chain(notes).filter(|(_, date, _)| *date > today);
    lints.extend(coming.map(|(file, date, title)| {
        let titles = [" ", ": "].map(|apart| format!("{date}{apart}{title}"));
        lint(file, Spot::Heading(titles), date, "the heading")
    }));
    lints
}

fn lint(file: FileKind, spot: Spot, date: Date, what: &str) -> Lint {
    let message = format!("{what} says {date}, which has not come yet");
    Lint::new(codes::NOT_YET, file, spot, message).help(
        "mend the day if it is a slip; what is still to come has no date until it has happened",
    )
}

fn files_about(practice: Practice<'_>, person: &Person) -> Vec<FileKind> {
    let id = || person.id.as_str().into();
    let own = [PersonFile::Person, PersonFile::Log];
    let own = own.map(|file| FileKind::Person { person: id(), file });
    let talent = practice.organisation.management.talent_of(&person.id);
    let talent = talent.map(|(cycle, _)| FileKind::Talent {
        cycle: cycle.as_str().into(),
        person: id(),
    });
    let in_cycles = person.cycles.iter().flat_map(|(cycle, files)| {
        let peers = files.peers.keys();
        let peers = peers.map(|author| CycleFile::Peer(author.as_str().into()));
        let single = [
            CycleFile::Expectations,
            CycleFile::SelfAssessment,
            CycleFile::Review,
            CycleFile::Response,
            CycleFile::Plan,
            CycleFile::Pip,
        ];
        single
            .into_iter()
            .chain(peers)
            .map(|file| FileKind::InCycle {
                person: id(),
                cycle: cycle.as_str().into(),
                file,
            })
    });
    own.into_iter().chain(talent).chain(in_cycles).collect()
}

fn in_keys(source: &Source, file: FileKind, today: Date) -> Vec<Lint> {
    let text = source.files.get(&file).and_then(|held| held.text());
    let (Some(text), Some(declared)) = (text, file.declared()) else {
        return Vec::new();
    };
    if !holds_a_day_after(text, today) {
        return Vec::new();
    }
    let toml = front_matter(text).map_or(0..text.len(), |front| front.toml);
    let offset = toml.start;
    let mut lints = Vec::new();
    let parsed = Toml::parse(&text[toml]);
    schema::walk(declared.keys, &parsed.root, &mut |found| {
        let date = found.value.get_ref().as_datetime();
        let date = date.and_then(|date| date.date?.to_string().parse::<Date>().ok());
        if let (Holds::Past, Some(date)) = (found.holds, date)
            && date > today
        {
            let at = found.value.span();
            let spot = Spot::Bytes(at.start + offset..at.end + offset);
            lints.push(lint(file.clone(), spot, date, &format!("`{}`", found.key)));
        }
    });
    lints
}

/// Whether a text has anything that looks like a later day: most have none, and need not be taken apart.
fn holds_a_day_after(text: &str, today: Date) -> bool {
    let today = today.to_string();
    let is_day = |bytes: &[u8]| {
        bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
    };
    let days = text.as_bytes().windows(today.len());
    days.filter(|bytes| is_day(bytes))
        .any(|day| day > today.as_bytes())
}
