//! The rubric: what is expected, track by track.
//!
//! | file | draws |
//! |---|---|
//! | `index` | `rubric`: all tracks |
//! | `track` | `rubric/<track>`: the levels as steps, the matrix, the way from level to level, the versions |
//! | `level_page` | `rubric/<track>/<level>`: one level in full |
//! | `area` | `rubric/<track>/area/<competency>`: one competency at all levels |
//! | `changes` | `rubric/<track>/changes/<n>`: what changed from one version of the rubric to the next |
//! | `cell` | what one cell says, and which of it is new at its level |
//! | `rungs` | levels as steps |
//!
//! Every page of a track's own parts has one segment more than a level's, so that no id of a level can take its place.

pub(super) mod area;
pub(super) mod cell;
mod changes;
mod index;
mod level_page;
mod rungs;
mod track;

pub(super) use level_page::{SectionView, level_head};

use serde::Serialize;

use crate::domain::model::*;
use crate::site::{Context, Html, ThemeError};

/// Characters of a first sentence that fit under a title.
const SUMMARY_MAX_CHARS: usize = 110;

/// For whom the pages are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// For people with a key, by the viewer.
    Sealed,
    /// For everyone, without a script.
    Public,
}

/// All pages of the rubric in force, and what changed to come there. Abstract tracks have none.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(ctx: &Context, edition: Edition) -> Result<Vec<PagePart>, ThemeError> {
    let mut parts = vec![index::part(ctx)?];
    let versions = changes::versions(ctx.commons);
    for track in tracks(&ctx.commons.rubric) {
        parts.push(track::part(ctx, track, &versions, edition)?);
        for level in &track.levels {
            parts.push(level_page::part(ctx, track, level)?);
        }
        for competency in &track.competencies {
            parts.push(area::part(ctx, track, competency)?);
        }
        parts.extend(changes::parts(ctx, track, &versions)?);
    }
    Ok(parts)
}

/// The tracks that have pages, by id.
pub fn tracks(rubric: &Rubric) -> impl Iterator<Item = &Track> {
    rubric.tracks.values().filter(|track| !track.is_abstract)
}

/// The id of a competency's row and of its block on a level's page: `/rubric/ic#c-technical`.
pub fn anchor(competency: &CompetencyId) -> String {
    super::person::names::anchor("c", competency.as_str())
}

/// A link to a track.
#[derive(Debug, Serialize)]
struct TrackLink {
    title: String,
    /// Nothing where the readers have no page of it.
    href: Option<String>,
}

impl TrackLink {
    fn of(rubric: &Rubric, id: &TrackId) -> Self {
        let track = rubric.tracks.get(id);
        Self {
            title: track.map_or(id.to_string(), |track| track.title.clone()),
            href: track
                .filter(|track| !track.is_abstract)
                .map(|_| format!("/rubric/{id}")),
        }
    }
}

/// Competencies by category, categories in the order in which they first appear.
fn by_category<R, G>(
    track: &Track,
    row: impl Fn(&Competency) -> R,
    group: impl Fn(Option<String>, Vec<R>) -> G,
) -> Vec<G> {
    let mut groups: Vec<(Option<String>, Vec<R>)> = Vec::new();
    for competency in &track.competencies {
        let category = &competency.category;
        match groups.iter_mut().find(|(title, _)| title == category) {
            Some((_, rows)) => rows.push(row(competency)),
            None => groups.push((category.clone(), vec![row(competency)])),
        }
    }
    groups
        .into_iter()
        .map(|(title, rows)| group(title, rows))
        .collect()
}

/// The levels from which one goes to this level.
fn levels_below<'a>(track: &'a Track, level: &'a Level) -> impl Iterator<Item = &'a Level> {
    track.levels.iter().filter(|other| {
        let next = track.next_levels(&other.id);
        next.iter().any(|next| next.id == level.id)
    })
}

/// The first sentence without its full stop, cut at a word where it is long.
fn first_sentence(text: &str) -> String {
    let sentence = text.split_inclusive(['.', '!', '?', ':', ';']).next();
    let sentence = sentence
        .unwrap_or_default()
        .trim_end_matches(['.', ':', ';'])
        .trim();
    let Some((end, _)) = sentence.char_indices().nth(SUMMARY_MAX_CHARS) else {
        return sentence.to_owned();
    };
    let words = sentence[..end]
        .rsplit_once(' ')
        .map_or(&sentence[..end], |(words, _)| words);
    format!("{words} …")
}

fn inlines(ctx: &Context, texts: &[Prose]) -> Vec<Html> {
    texts.iter().map(|text| ctx.inline(text, None)).collect()
}
