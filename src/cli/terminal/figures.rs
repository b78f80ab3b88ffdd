//! The organisation's figures in words and columns. They were suppressed before they came here.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::visible;
use crate::domain::model::*;

/// Most cycles that a trend shows, so that it fits a terminal: the latest.
const TREND_CYCLES: usize = 5;

/// Width of what is measured.
const MEASURES: usize = 16;

/// The last cycle that is over, its teams, and the trend.
pub fn figures(of: &OrgFigures, cycles: &[Cycle]) -> String {
    let Some(newest) = of.cycles.last() else {
        return "no cycle is over yet: there is nothing to count\n".to_owned();
    };
    let title = |id: &CycleId| {
        let cycle = cycles.iter().find(|cycle| cycle.id == *id);
        visible(cycle.map_or(id.as_str(), |cycle| &cycle.title))
    };
    let mut text = heading(&title(&newest.cycle));
    match &newest.everyone {
        Some(group) => text += &everyone(group),
        None => {
            let _ = writeln!(
                text,
                "  fewer than {FIGURES_MIN_PEOPLE} people took part: nothing is told"
            );
        }
    }
    text += &teams(newest);
    text += &trend(of, &title);
    let _ = writeln!(
        text,
        "\ncounts are about {FIGURES_MIN_PEOPLE} people at least, and so is every difference of two of them;\n\
         `*` marks two parts that are told as one\n\
         this is counted today, for you alone: readers get the file that `gradus close`\n\
         writes once for each cycle"
    );
    text
}

fn heading(words: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{words}{bold:#}\n")
}

fn everyone(group: &GroupFigures) -> String {
    let mut text = format!("  {} people took part\n\n", group.people);
    for figure in &group.figures {
        let title = figure.measure.title();
        let words =
            told(figure).unwrap_or_else(|| "not told: too few would stand apart".to_owned());
        let _ = writeln!(text, "  {title:<MEASURES$} {words}");
    }
    text
}

/// `10 of 11 handed in on time: 10 on time; 1 late`. `None` if nothing is told.
fn told(figure: &Figure) -> Option<String> {
    let some = figure.blocks().iter().filter(|block| block.count > 0);
    let counts: Vec<String> = some
        .map(|block| format!("{} {}", block.count, block.label()))
        .collect();
    let counts = match &counts[..] {
        [] => String::new(),
        counts => format!(": {}", counts.join("; ")),
    };
    Some(format!(
        "{} {}{counts}",
        figure.amount()?,
        figure.achieved()
    ))
}

fn teams(of: &CycleFigures) -> String {
    if of.teams.is_empty() {
        return String::new();
    }
    let name = |team: &TeamFigures| {
        let name = team
            .team
            .as_deref()
            .map_or_else(|| "everyone else".into(), visible);
        format!("{name}, {}", team.figures.people)
    };
    let columns = Measure::ALL.map(|measure| measure.title().to_owned());
    let mut rows = vec![(String::new(), Vec::from(columns))];
    rows.extend(of.teams.iter().map(|team| {
        let cells = Measure::ALL.map(|measure| share(&team.figures, measure));
        (name(team), Vec::from(cells))
    }));
    format!("\n{}{}", heading("by team"), table(&rows))
}

fn trend(of: &OrgFigures, title: &impl Fn(&CycleId) -> String) -> String {
    let from = of.cycles.len().saturating_sub(TREND_CYCLES);
    let cycles = &of.cycles[from..];
    if cycles.len() < 2 {
        return String::new();
    }
    let columns = cycles.iter().map(|of| title(&of.cycle)).collect();
    let mut rows = vec![(String::new(), columns)];
    rows.extend(Measure::ALL.map(|measure| {
        let cell = |of: &CycleFigures| {
            let group = of.everyone.as_ref();
            group.map_or_else(|| "-".to_owned(), |group| share(group, measure))
        };
        let cells = cycles.iter().map(cell).collect();
        (measure.title().to_owned(), cells)
    }));
    format!("\n{}{}", heading("trend"), table(&rows))
}

/// The better part of a measure: `10/11 91 %`, or `at least 7 of 11`.
fn share(group: &GroupFigures, measure: Measure) -> String {
    let mut figures = group.figures.iter();
    let figure = figures.find(|figure| figure.measure == measure);
    let best = figure.and_then(|figure| Some((figure, figure.blocks().first()?)));
    match best {
        Some((figure, first)) if figure.of > 0 => {
            let percent = (first.count * 200 + figure.of) / (figure.of * 2);
            // Where two parts are told together, the share is of both.
            let mark = if first.parts.len() > 1 { "*" } else { "" };
            format!("{}/{} {percent} %{mark}", first.count, figure.of)
        }
        _ => figure
            .and_then(Figure::amount)
            .unwrap_or_else(|| "-".to_owned()),
    }
}

/// Names and cells in columns, without spaces at the end of a line.
fn table(rows: &[(String, Vec<String>)]) -> String {
    let names = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let cells = rows.iter().flat_map(|(_, cells)| cells);
    let room = cells.map(|cell| cell.width()).max().unwrap_or(0);
    let padded =
        |text: &str, to: usize| format!("{text}{}", " ".repeat(to.saturating_sub(text.width())));
    let line = |(name, cells): &(String, Vec<String>)| {
        let cells = cells.iter().map(|cell| format!("  {}", padded(cell, room)));
        let line = format!("  {}{}", padded(name, names), cells.collect::<String>());
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}
