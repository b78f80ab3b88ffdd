//! `rubrics/<track>/…`: a career track with its levels.

use super::words::{declared, filled, key, quoted};
use super::{NewFile, Refusal, known};
use crate::domain::model::*;
use crate::ground::diag;

/// A track to make.
#[derive(Debug, Clone)]
pub struct RubricAsk<'a> {
    /// The id of the track.
    pub track: &'a str,
    /// Nothing: the id.
    pub title: Option<&'a str>,
    /// Ids from the lowest level up.
    pub levels: &'a [String],
    /// A track whose competencies and cells it inherits.
    pub extends: Option<&'a str>,
    /// Plain pages that anyone who reaches the host can read.
    pub public: bool,
}

/// The track's file, then a file for each level.
///
/// # Errors
/// An id is none or twice there, or the track that it extends is not there.
pub fn rubric(org: &Organisation, ask: &RubricAsk<'_>) -> Result<Vec<NewFile>, Refusal> {
    known::free(ask.track, &[])?;
    let track = known::new_id(ask.track, TrackId::new)?;
    let base = ask
        .extends
        .map(|id| extended(org, &track, id))
        .transpose()?;
    let title = ask.title.filter(|title| !title.trim().is_empty());
    let readers = if ask.public {
        "readers = \"public\"            # plain pages that anyone who reaches the host can read\n"
    } else {
        "# readers = \"public\"          # plain pages that anyone who reaches the host can read\n"
    };
    let extends = base.map(|base| key("extends", base.id.as_str()));
    let competencies = match base {
        Some(_) => "# [[competency]]                # what the track asks besides what it inherits\n# id = \"impact\"\n# title = \"Impact\"\n".to_owned(),
        None => competencies(org),
    };
    let text = filled(
        include_str!("tree/track-draft.toml"),
        &[
            ("title", &quoted(title.unwrap_or(track.as_str()))),
            ("readers", readers),
            ("extends", &extends.unwrap_or_default()),
            ("competencies", &competencies),
        ],
    );
    let mut files = vec![NewFile {
        path: format!("rubrics/{track}/track.toml"),
        text,
    }];
    for (at, level) in ask.levels.iter().enumerate() {
        if ask.levels[..at].contains(level) {
            return Err(Refusal::new(format!("the level `{level}` is there twice")));
        }
        files.push(level_file(&track, level, at + 1)?);
    }
    Ok(files)
}

fn extended<'o>(org: &'o Organisation, own: &TrackId, id: &str) -> Result<&'o Track, Refusal> {
    if own.as_str() == id {
        return Err(Refusal::new("a track cannot extend itself"));
    }
    org.rubric.tracks.get(id).ok_or_else(|| {
        let ids = org.rubric.tracks.keys().map(TrackId::as_str);
        Refusal::new(format!("there is no track `{id}`")).maybe_help(diag::did_you_mean(id, ids))
    })
}

/// Those of a track that is there, since the same id means the same competency; else a first set.
fn competencies(org: &Organisation) -> String {
    const FIRST: [(&str, &str); 4] = [
        ("technical", "Technical excellence"),
        ("collaboration", "Collaboration"),
        ("impact", "Impact"),
        ("growth", "Growth"),
    ];
    let there = org
        .rubric
        .tracks
        .values()
        .find(|track| !track.competencies.is_empty());
    let block = |id: &str, title: &str| {
        format!("\n[[competency]]\n{}{}", key("id", id), key("title", title))
    };
    match there {
        Some(track) => {
            let all = track.competencies.iter();
            all.map(|one| block(one.id.as_str(), &one.title)).collect()
        }
        None => FIRST.iter().map(|(id, title)| block(id, title)).collect(),
    }
}

fn level_file(track: &TrackId, level: &str, rank: usize) -> Result<NewFile, Refusal> {
    known::free(level, &["track"])?;
    let id = known::new_id(level, LevelId::new)?;
    let text = declared(
        "level",
        include_str!("tree/level.toml"),
        &[
            ("title", &quoted(&id.as_str().to_uppercase())),
            ("rank", &rank.to_string()),
        ],
    );
    let path = format!("rubrics/{track}/{id}.toml");
    Ok(NewFile { path, text })
}
