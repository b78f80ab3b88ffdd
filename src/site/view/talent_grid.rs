//! Talent mapping of a team: where management sees each report, how sure it is, and what follows.
//!
//! On the team's own page a part leads here. It says the same whatever has been mapped.

use serde::Serialize;

use super::level::LevelChip;
use super::person::marks::{Link, Mark};
use super::person::names::portfolio_route;
use super::person::talent::{alignment_mark, alignment_words, change_mark};
use super::team::{team_route, team_title};
use crate::domain::model::*;
use crate::site::date::Day;
use crate::site::{Context, Html, PageHead, ThemeError};

/// After the team's own part.
const SLOT: u32 = 50;

/// `talent-link.html`: what leads to the page.
#[derive(Debug, Serialize)]
struct TalentLink {
    href: String,
    readers: String,
}

/// `talent-grid.html`.
#[derive(Debug, Serialize)]
struct TalentGrid {
    title: String,
    team: Link,
    /// `Grace Hopper, Barbara Liskov and Miriam Adler`.
    readers: String,
    /// Title of the newest cycle in which anyone is mapped; nothing where nobody is.
    newest: Option<String>,
    /// What the columns of the grid are called: a fourth only where a mapping gives no confidence.
    columns: Vec<&'static str>,
    /// Above, at, below.
    grid: Vec<GridRow>,
    /// Names of those without a mapping that says where they stand.
    unplaced: Vec<Link>,
    /// One for each report, by name.
    people: Vec<TalentRow>,
    /// Above or below for two cycles running.
    misleveled: Vec<TalentRemark>,
    changes: Vec<ChangeLine>,
    coaching: Vec<Lists>,
    missing: Vec<Lists>,
    /// Those whose last mapping nobody has pressure-tested.
    alone: Vec<Link>,
}

/// One line of the grid.
#[derive(Debug, Serialize)]
struct GridRow {
    mark: Mark,
    /// One a column.
    cells: Vec<Vec<Link>>,
}

/// One report in the table.
#[derive(Debug, Serialize)]
struct TalentRow {
    person: Link,
    level: Option<LevelChip>,
    /// Nothing where nobody has mapped them, or the mapping leaves it open.
    alignment: Option<Mark>,
    /// What the mapping before said, where that is something else.
    before: Option<&'static str>,
    confidence: Option<&'static str>,
    cycle: Option<String>,
    day: Option<Day>,
    partner: Option<String>,
}

/// Something about somebody.
#[derive(Debug, Serialize)]
struct TalentRemark {
    person: Link,
    mark: Mark,
}

/// A recommended change of level.
#[derive(Debug, Serialize)]
struct ChangeLine {
    person: Link,
    level: LevelChip,
    mark: Mark,
    why: Option<Html>,
    cycle: String,
}

/// Titled lists about somebody.
#[derive(Debug, Serialize)]
struct Lists {
    person: Link,
    lists: Vec<List>,
}

/// A list under a title.
#[derive(Debug, Serialize)]
struct List {
    /// Empty where the section's heading says enough.
    title: &'static str,
    items: Vec<Html>,
}

/// The page, and the part that leads to it. Both are there whatever has been mapped.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn parts(
    ctx: &Context,
    draw: &TeamTalentDraw,
    section: &Section,
) -> Result<Vec<PagePart>, ThemeError> {
    let route = format!("{}/talent", team_route(&draw.manager));
    let team = team_title(ctx.commons.name_of(&draw.manager));
    let link = TalentLink {
        href: format!("/{route}"),
        readers: readers(ctx, section),
    };
    let beside = PageHead {
        route: team_route(&draw.manager),
        slot: SLOT,
        title: team.clone(),
        kind: "talent-link",
    };
    let head = PageHead {
        route,
        slot: 0,
        title: format!("Talent mapping of {team}"),
        kind: "talent-grid",
    };
    let view = view(ctx, draw, section);
    Ok(vec![
        ctx.part("talent-link.html", beside, &link)?,
        ctx.part("talent-grid.html", head, &view)?,
    ])
}

fn readers(ctx: &Context, section: &Section) -> String {
    let names: Vec<&str> = section
        .readers
        .iter()
        .map(|reader| ctx.commons.name_of(&reader.person))
        .collect();
    match names.split_last() {
        None => "nobody".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A report with their mappings, newest first.
struct Mapped<'a> {
    person: &'a Person,
    mappings: Vec<(&'a Cycle, &'a Talent)>,
}

impl<'a> Mapped<'a> {
    fn of(ctx: &Context<'a>, draw: &'a TalentDraw) -> Self {
        let newest_first = ctx.commons.cycles.iter().rev();
        let mapping = |cycle: &'a Cycle| Some((cycle, draw.talent.get(&cycle.id)?));
        Self {
            person: &draw.person,
            mappings: newest_first.filter_map(mapping).collect(),
        }
    }

    fn last(&self) -> Option<(&'a Cycle, &'a Talent)> {
        self.mappings.first().copied()
    }

    fn link(&self) -> Link {
        Link {
            text: self.person.name.clone(),
            href: format!("/{}", portfolio_route(&self.person.id)),
        }
    }

    /// Where the last mapping sees them, and the one before.
    fn alignments(&self) -> (Option<Alignment>, Option<Alignment>) {
        let at = |n: usize| {
            self.mappings
                .get(n)
                .and_then(|(_, talent)| talent.alignment)
        };
        (at(0), at(1))
    }

    fn misleveled(&self) -> Option<TalentRemark> {
        let (now, before) = self.alignments();
        let now = now.filter(|is| *is != Alignment::At && before == Some(*is))?;
        let [(last, _), (earlier, _), ..] = self.mappings.as_slice() else {
            return None;
        };
        let mark = alignment_mark(now);
        let text = format!("{} in {} and {}", mark.text, earlier.title, last.title);
        Some(TalentRemark {
            person: self.link(),
            mark: Mark { text, ..mark },
        })
    }
}

fn view(ctx: &Context, draw: &TeamTalentDraw, section: &Section) -> TalentGrid {
    let people: Vec<Mapped<'_>> = draw
        .reports
        .iter()
        .map(|one| Mapped::of(ctx, one))
        .collect();
    let team = team_title(ctx.commons.name_of(&draw.manager));
    let newest = ctx.commons.cycles.iter().rev().find(|cycle| {
        let mut lasts = people.iter().filter_map(Mapped::last);
        lasts.any(|(last, _)| last.id == cycle.id)
    });
    let alone = |one: &&Mapped<'_>| {
        one.last()
            .is_some_and(|(_, talent)| talent.partner.is_none())
    };
    let unplaced = people.iter().filter(|one| one.alignments().0.is_none());
    TalentGrid {
        title: format!("Talent mapping of {team}"),
        team: Link {
            text: team,
            href: format!("/{}", team_route(&draw.manager)),
        },
        readers: readers(ctx, section),
        newest: newest.map(|cycle| cycle.title.clone()),
        columns: columns(&people)
            .into_iter()
            .map(|(_, title)| title)
            .collect(),
        grid: grid(&people),
        unplaced: unplaced.map(Mapped::link).collect(),
        misleveled: people.iter().filter_map(Mapped::misleveled).collect(),
        changes: people.iter().filter_map(|one| change(ctx, one)).collect(),
        coaching: people.iter().filter_map(|one| coaching(ctx, one)).collect(),
        missing: people.iter().filter_map(|one| missing(ctx, one)).collect(),
        alone: people.iter().filter(alone).map(Mapped::link).collect(),
        people: people.iter().map(|one| row(ctx, one)).collect(),
    }
}

/// A column of the grid.
type Column = (Option<Confidence>, &'static str);

fn columns(people: &[Mapped<'_>]) -> Vec<Column> {
    let mut columns = vec![
        (Some(Confidence::Low), "Low confidence"),
        (Some(Confidence::Medium), "Medium confidence"),
        (Some(Confidence::High), "High confidence"),
    ];
    let unsaid = |one: &Mapped<'_>| {
        let last = one.last().map(|(_, talent)| talent);
        last.is_some_and(|talent| talent.alignment.is_some() && talent.confidence.is_none())
    };
    if people.iter().any(unsaid) {
        columns.push((None, "No confidence given"));
    }
    columns
}

fn grid(people: &[Mapped<'_>]) -> Vec<GridRow> {
    let columns = columns(people);
    let cell = |alignment, confidence: &Option<Confidence>| {
        let there = people.iter().filter(|one| {
            let said = one
                .last()
                .map(|(_, talent)| (talent.alignment, talent.confidence));
            said == Some((Some(alignment), *confidence))
        });
        there.map(Mapped::link).collect()
    };
    let row = |alignment| GridRow {
        mark: alignment_mark(alignment),
        cells: columns.iter().map(|(c, _)| cell(alignment, c)).collect(),
    };
    [Alignment::Above, Alignment::At, Alignment::Below]
        .map(row)
        .into()
}

fn row(ctx: &Context, one: &Mapped<'_>) -> TalentRow {
    let (now, before) = one.alignments();
    let last = one.last();
    let held = one.person.level_on(ctx.commons.as_of);
    let partner = last.and_then(|(_, talent)| talent.partner.as_ref());
    TalentRow {
        person: one.link(),
        level: held.map(|at| ctx.level(at)),
        alignment: now.map(alignment_mark),
        before: before
            .filter(|before| now.is_some() && now != Some(*before))
            .map(alignment_words),
        confidence: last
            .and_then(|(_, talent)| talent.confidence)
            .map(confidence_word),
        cycle: last.map(|(cycle, _)| cycle.title.clone()),
        day: last.and_then(|(_, talent)| talent.date).map(Day::from),
        partner: partner.map(|id| ctx.commons.name_of(id).to_owned()),
    }
}

fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// The newest recommendation; one that is done is told until a newer mapping says nothing of it.
fn change(ctx: &Context, one: &Mapped<'_>) -> Option<ChangeLine> {
    let (cycle, talent) = one.last()?;
    let change = talent.level.as_ref()?;
    Some(ChangeLine {
        person: one.link(),
        level: LevelChip::of(ctx.commons.rubric_of(cycle), &change.recommend),
        mark: change_mark(change.status),
        why: change.why.as_ref().map(|why| ctx.inline(why, None)),
        cycle: cycle.title.clone(),
    })
}

fn coaching(ctx: &Context, one: &Mapped<'_>) -> Option<Lists> {
    let (_, talent) = one.last()?;
    let plan = &talent.coaching;
    lists(
        ctx,
        one,
        &[
            ("Actions", &plan.actions),
            ("Opportunities", &plan.opportunities),
            ("Support", &plan.support),
        ],
    )
}

fn missing(ctx: &Context, one: &Mapped<'_>) -> Option<Lists> {
    let (_, talent) = one.last()?;
    lists(ctx, one, &[("", &talent.missing)])
}

fn lists(ctx: &Context, one: &Mapped<'_>, all: &[(&'static str, &Vec<Prose>)]) -> Option<Lists> {
    let said = all.iter().filter(|(_, texts)| !texts.is_empty());
    let lists: Vec<List> = said
        .map(|(title, texts)| List {
            title,
            items: texts.iter().map(|text| ctx.inline(text, None)).collect(),
        })
        .collect();
    (!lists.is_empty()).then(|| Lists {
        person: one.link(),
        lists,
    })
}
