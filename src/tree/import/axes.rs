//! Which headings are levels and which competencies, and what every cell of a table becomes.
//!
//! Whichever way round a table is, it is understood with levels as columns: one with levels as rows is
//! turned first. A heading that spans several rows or columns stands in the first of them; the empty cells after it
//! continue it.

use std::collections::BTreeSet;

use super::grid::{Cell, Grid, Sheet, column_name};
use super::names::{self, is_like_level};
use super::{Became, Fate, ImportError};

/// Where levels stand in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelsIn {
    /// Each column is a level.
    Columns,
    /// Each row is a level.
    Rows,
}

/// What the tables of a document say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    /// In the order written.
    pub levels: Vec<Level>,
    pub competencies: Vec<Competency>,
    pub fates: Vec<Fate>,
}

/// A level, by its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    pub id: String,
    heading: String,
    pub title: String,
}

/// A competency, and what is expected at each level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Competency {
    pub id: String,
    heading: String,
    pub category: Option<String>,
    pub description: Vec<String>,
    /// Texts by the position of their level, each with where it stood; several where a heading spans several rows.
    pub cells: Vec<(usize, String, String)>,
}

/// Words that head what competencies are called.
const COMPETENCY_WORDS: [&str; 12] = [
    "area",
    "attribute",
    "behaviour",
    "behavior",
    "capability",
    "competence",
    "competency",
    "competencies",
    "criterion",
    "dimension",
    "skill",
    "skills",
];

/// Words that head what groups competencies.
const CATEGORY_WORDS: [&str; 6] = ["category", "group", "pillar", "theme", "cluster", "domain"];

/// Words that head what describes a competency.
const DESCRIPTION_WORDS: [&str; 4] = ["description", "definition", "summary", "meaning"];

/// Words that head what is no level beside levels.
const REMARK_WORDS: [&str; 6] = ["notes", "note", "comment", "comments", "remarks", "example"];

/// Words that head what levels are called.
const LEVEL_WORDS: [&str; 4] = ["level", "levels", "grade", "rank"];

/// Words that head the titles of levels that have a code.
const TITLE_WORDS: [&str; 4] = ["title", "name", "role", "position"];

/// The most columns of headings: category, competency, description.
const HEADING_COLUMNS_MAX: usize = 3;

fn says(heading: &str, words: &[&str]) -> bool {
    let mut own = heading.split(|c: char| !c.is_alphanumeric());
    own.any(|word| words.contains(&&*word.to_lowercase()))
}

impl Reading {
    /// Understands all tables of a document.
    ///
    /// # Errors
    /// `WhichWayRound`, or `NoCells`.
    pub fn of(sheet: &Sheet, levels_in: Option<LevelsIn>) -> Result<Self, ImportError> {
        let mut hand = Hand::default();
        let several = sheet.tables.len() > 1;
        for (at, grid) in sheet.tables.iter().enumerate() {
            hand.prefix = if several {
                format!("table {}, ", at + 1)
            } else {
                String::new()
            };
            let way = levels_in.or_else(|| way_round(grid));
            let turned = match way.ok_or(ImportError::WhichWayRound)? {
                LevelsIn::Columns => grid.clone(),
                LevelsIn::Rows => grid.transposed(),
            };
            let category = grid.heading.clone().filter(|_| several);
            hand.table(&turned, category);
        }
        if hand
            .reading
            .competencies
            .iter()
            .all(|one| one.cells.is_empty())
        {
            Err(ImportError::NoCells)
        } else {
            Ok(hand.reading)
        }
    }
}

/// Where the levels of a table stand, as far as its headings tell.
fn way_round(grid: &Grid) -> Option<LevelsIn> {
    let corner = grid.rows.first()?.first()?.text.as_str();
    let (of_level, of_competency) = (
        says(corner, &LEVEL_WORDS),
        says(corner, &COMPETENCY_WORDS) || says(corner, &CATEGORY_WORDS),
    );
    match (of_level, of_competency) {
        (true, false) => return Some(LevelsIn::Rows),
        (false, true) => return Some(LevelsIn::Columns),
        _ => {}
    }
    let (columns, rows) = (likeness(grid), likeness(&grid.transposed()));
    match columns.partial_cmp(&rows)? {
        std::cmp::Ordering::Greater => Some(LevelsIn::Columns),
        std::cmp::Ordering::Less => Some(LevelsIn::Rows),
        std::cmp::Ordering::Equal => None,
    }
}

/// The share of headings that look like levels, in the better of the first two rows.
fn likeness(grid: &Grid) -> f64 {
    let share = |row: &Vec<Cell>| {
        let headings = row.iter().skip(1).filter(|cell| !cell.is_empty());
        let all = headings.clone().count();
        let like = headings.filter(|cell| is_like_level(&cell.text)).count();
        if all == 0 {
            0.0
        } else {
            like as f64 / all as f64
        }
    };
    grid.rows.iter().take(2).map(share).fold(0.0, f64::max)
}

/// Where headings of a turned table stand.
struct Headings {
    /// How many rows they take.
    rows: usize,
    columns: usize,
    category: Option<usize>,
    competency: usize,
    description: Option<usize>,
}

impl Headings {
    fn of(grid: &Grid) -> Self {
        let first = grid.rows.first().map_or(&[][..], Vec::as_slice);
        let columns = heading_columns(grid, first);
        let says = |at: &usize, words: &[&str]| says(&first[*at].text, words);
        let labelled = |words: &[&str]| (0..columns).find(|at| says(at, words));
        let description = labelled(&DESCRIPTION_WORDS);
        let others: Vec<usize> = (0..columns).filter(|at| Some(*at) != description).collect();
        let category = labelled(&CATEGORY_WORDS).filter(|_| others.len() > 1);
        // Of `area` and `competency`, the second is within the first.
        let named = others.iter().rev().find(|at| says(at, &COMPETENCY_WORDS));
        let competency = named.copied().filter(|at| Some(*at) != category);
        let last = others.iter().rev().find(|at| Some(**at) != category);
        let competency = competency.or(last.copied()).unwrap_or(0);
        let before = others.iter().find(|at| **at != competency);
        Self {
            rows: heading_rows(grid, columns),
            columns,
            category: category.or(before.copied()),
            competency,
            description,
        }
    }
}

/// How many columns stand before the first level.
fn heading_columns(grid: &Grid, first: &[Cell]) -> usize {
    let is_word = |cell: &Cell| {
        [&COMPETENCY_WORDS[..], &CATEGORY_WORDS, &DESCRIPTION_WORDS]
            .iter()
            .any(|words| says(&cell.text, words))
    };
    let like = |row: &Vec<Cell>| {
        let found = row
            .iter()
            .skip(1)
            .position(|cell| is_like_level(&cell.text));
        found.map(|at| at + 1)
    };
    let by_level = grid.rows.iter().take(2).filter_map(like).min();
    let by_word = first
        .iter()
        .skip(1)
        .take_while(|cell| is_word(cell))
        .count()
        + 1;
    let columns = by_level
        .filter(|at| *at <= HEADING_COLUMNS_MAX)
        .unwrap_or(by_word);
    columns
        .max(by_word)
        .min(HEADING_COLUMNS_MAX)
        .min(first.len().max(1))
}

/// One row of headings, or two: where the first spans what the second names, or the second gives titles.
fn heading_rows(grid: &Grid, columns: usize) -> usize {
    let [first, second, _, ..] = grid.rows.as_slice() else {
        return 1;
    };
    let (before, below) = second.split_at(columns.min(second.len()));
    let is_title = before.iter().any(|cell| says(&cell.text, &TITLE_WORDS));
    let spans = first.iter().skip(columns).any(Cell::is_empty);
    let named = below.iter().filter(|cell| !cell.is_empty()).count();
    let above = first
        .iter()
        .skip(columns)
        .filter(|cell| !cell.is_empty())
        .count();
    let is_lower = before.iter().all(Cell::is_empty) && spans && named > above;
    1 + usize::from(is_title || is_lower)
}

/// A document being understood.
#[derive(Default)]
struct Hand {
    reading: Reading,
    level_ids: BTreeSet<String>,
    competency_ids: BTreeSet<String>,
    /// What places begin with.
    prefix: String,
}

/// What a row is about, continued by empty cells.
#[derive(Default)]
struct Row {
    category: Option<String>,
    competency: Option<usize>,
}

impl Hand {
    fn table(&mut self, grid: &Grid, category: Option<String>) {
        let headings = Headings::of(grid);
        let levels = self.levels(grid, &headings);
        let mut row = Row {
            category,
            competency: None,
        };
        for cells in grid.rows.iter().skip(headings.rows) {
            self.row(cells, &headings, &levels, &mut row);
        }
    }

    /// The level of each column; nothing for one that is none.
    fn levels(&mut self, grid: &Grid, headings: &Headings) -> Vec<Option<usize>> {
        let width = grid.rows.first().map_or(0, Vec::len);
        let mut levels = vec![None; headings.columns];
        let mut spanning: Option<&Cell> = None;
        for column in headings.columns..width {
            let upper = &grid.rows[0][column];
            let lower = (headings.rows > 1).then(|| &grid.rows[1][column]);
            let lower = lower.filter(|cell| !cell.is_empty());
            if !upper.is_empty() {
                spanning = Some(upper);
            }
            let level = match (upper.is_empty(), lower) {
                (true, None) => levels.last().copied().flatten(),
                _ => self.level(spanning, lower),
            };
            levels.push(level);
        }
        levels
    }

    fn level(&mut self, upper: Option<&Cell>, lower: Option<&Cell>) -> Option<usize> {
        let at = lower.or(upper)?;
        let both = match (upper, lower) {
            (Some(upper), Some(lower)) => vec![upper.text.as_str(), lower.text.as_str()],
            (one, other) => one
                .or(other)
                .map(|cell| cell.text.as_str())
                .into_iter()
                .collect(),
        };
        if both.iter().any(|heading| says(heading, &REMARK_WORDS)) {
            self.left(&at.name(), format!("`{}` is no level", both.join(" ")));
            return None;
        }
        let heading = both.join("\n");
        if let Some(known) = self
            .reading
            .levels
            .iter()
            .position(|level| level.heading == heading)
        {
            return Some(known);
        }
        let code = both.iter().find_map(|heading| names::code(heading));
        let named = code.unwrap_or(both.last().copied().unwrap_or_default());
        let title = both.iter().map(|heading| names::title(heading));
        let title = title.filter(|title| Some(*title) != code || both.len() == 1);
        let level = Level {
            id: names::unique(named, "level", &mut self.level_ids),
            title: title.collect::<Vec<_>>().join(" "),
            heading,
        };
        self.heading(&at.name(), "level", &level.title.clone());
        self.reading.levels.push(level);
        Some(self.reading.levels.len() - 1)
    }

    fn row(
        &mut self,
        cells: &[Cell],
        headings: &Headings,
        levels: &[Option<usize>],
        row: &mut Row,
    ) {
        let (before, expected) = cells.split_at(headings.columns.min(cells.len()));
        if cells.iter().all(Cell::is_empty) {
            return;
        }
        if let Some(at) = headings.category
            && !before[at].is_empty()
        {
            row.category = Some(before[at].text.clone());
            row.competency = None;
            self.heading(&before[at].name(), "category", &before[at].text);
        }
        let heading = &before[headings.competency];
        if expected.iter().all(Cell::is_empty) {
            return self.divider(heading, row);
        }
        if !heading.is_empty() {
            row.competency = Some(self.competency(heading, row.category.clone()));
        }
        let Some(competency) = row.competency else {
            let first = cells.iter().find(|cell| !cell.is_empty());
            let at = first.map_or_else(String::new, Cell::name);
            return self.left(&at, "no competency stands before it".into());
        };
        if let Some(at) = headings.description
            && !before[at].is_empty()
        {
            let text = before[at].text.clone();
            self.heading(&before[at].name(), "description", &text);
            self.reading.competencies[competency].description.push(text);
        }
        let is_new = !heading.is_empty();
        for (cell, level) in expected.iter().zip(&levels[before.len()..]) {
            self.cell(cell, *level, competency, is_new);
        }
    }

    /// A row that says nothing of any level: it groups those that follow.
    fn divider(&mut self, heading: &Cell, row: &mut Row) {
        if !heading.is_empty() {
            self.heading(&heading.name(), "category", &heading.text);
            row.category = Some(heading.text.clone());
            row.competency = None;
        }
    }

    fn competency(&mut self, heading: &Cell, category: Option<String>) -> usize {
        self.heading(&heading.name(), "competency", &heading.text);
        let competency = Competency {
            id: names::unique(&heading.text, "competency", &mut self.competency_ids),
            heading: heading.text.clone(),
            category,
            ..Competency::default()
        };
        self.reading.competencies.push(competency);
        self.reading.competencies.len() - 1
    }

    fn cell(&mut self, cell: &Cell, level: Option<usize>, competency: usize, is_new: bool) {
        let name = format!("{}{}", self.prefix, cell.name());
        let Some(level) = level else {
            if !cell.is_empty() {
                let column = column_name(cell.column);
                self.left(&cell.name(), format!("column {column} is of no level"));
            }
            return;
        };
        let of = &mut self.reading.competencies[competency];
        if cell.is_empty() {
            let is_there = of.cells.iter().any(|(at, _, _)| *at == level);
            let (id, level) = (of.id.clone(), self.reading.levels[level].id.clone());
            if is_new && !is_there {
                self.left(&cell.name(), format!("nothing is said of {id} at {level}"));
            }
            return;
        }
        of.cells.push((level, name.clone(), cell.text.clone()));
        let what = Became::Cell {
            level: self.reading.levels[level].id.clone(),
            competency: of.id.clone(),
            text: cell.text.clone(),
        };
        self.reading.fates.push(Fate { at: name, what });
    }

    fn heading(&mut self, at: &str, of: &'static str, text: &str) {
        let text = text.to_owned();
        self.fate(at, Became::Heading { of, text });
    }

    fn left(&mut self, at: &str, why: String) {
        self.fate(at, Became::Left { why });
    }

    fn fate(&mut self, at: &str, what: Became) {
        let at = format!("{}{at}", self.prefix);
        self.reading.fates.push(Fate { at, what });
    }
}

impl Competency {
    /// What it is called.
    pub fn title(&self) -> &str {
        &self.heading
    }
}

impl Reading {
    /// The rank of each level: the numbers in their headings, where each has one of its own; else their order.
    pub fn ranks(&self) -> Vec<i64> {
        let numbers = self
            .levels
            .iter()
            .map(|level| names::number(&level.heading));
        let numbers: Option<Vec<i64>> = numbers.collect();
        let distinct =
            |numbers: &Vec<i64>| numbers.iter().collect::<BTreeSet<_>>().len() == numbers.len();
        let in_order = (1..).take(self.levels.len());
        numbers
            .filter(distinct)
            .unwrap_or_else(|| in_order.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, grid};
    use super::*;

    fn read(text: &str) -> Reading {
        let sheet = grid::read(text.as_bytes(), Format::Csv).unwrap();
        Reading::of(&sheet, None).unwrap()
    }

    /// `level/competency: text` of every cell.
    fn cells(reading: &Reading) -> Vec<String> {
        let cells = reading.competencies.iter().flat_map(|competency| {
            competency.cells.iter().map(|(level, _, text)| {
                format!("{}/{}: {text}", reading.levels[*level].id, competency.id)
            })
        });
        let mut cells: Vec<String> = cells.collect();
        cells.sort();
        cells
    }

    fn categories(reading: &Reading) -> Vec<Option<&str>> {
        let all = reading.competencies.iter();
        all.map(|competency| competency.category.as_deref())
            .collect()
    }

    #[test]
    fn either_way_round_says_the_same() {
        let columns = read(",L1,L2\nCare,a,b\nImpact,c,d\n");
        let rows = read(",Care,Impact\nL1,a,c\nL2,b,d\n");
        assert_eq!(
            cells(&columns),
            ["l1/care: a", "l1/impact: c", "l2/care: b", "l2/impact: d"]
        );
        assert_eq!(cells(&columns), cells(&rows));
        let named = read("Level,One,Two\nx,a,c\ny,b,d\n");
        assert_eq!(
            named
                .levels
                .iter()
                .map(|l| l.id.as_str())
                .collect::<Vec<_>>(),
            ["x", "y"]
        );
    }

    #[test]
    fn headings_that_tell_nothing_are_asked_about() {
        let sheet = grid::read(b",One,Two\nThree,a,b\n", Format::Csv).unwrap();
        assert_eq!(Reading::of(&sheet, None), Err(ImportError::WhichWayRound));
        assert!(Reading::of(&sheet, Some(LevelsIn::Rows)).is_ok());
    }

    #[test]
    fn a_category_spans_the_rows_below_it() {
        let reading =
            read("Category,Competency,L1,L2\nCraft,Care,a,b\n,Design,c,d\nPeople,Talk,e,f\n");
        assert_eq!(
            categories(&reading),
            [Some("Craft"), Some("Craft"), Some("People")]
        );
        assert_eq!(cells(&reading).len(), 6);
        let divided = read(",L1,L2\nCraft,,\nCare,a,b\nDesign,c,d\nPeople,,\nTalk,e,f\n");
        assert_eq!(categories(&divided), categories(&reading));
        let turned = read(",Craft,,People\nLevel,Care,Design,Talk\nL1,a,c,e\nL2,b,d,f\n");
        assert_eq!(categories(&turned), categories(&reading));
        assert_eq!(cells(&turned), cells(&reading));
    }

    #[test]
    fn a_level_spans_columns_and_a_competency_rows() {
        let reading = read(",L1,,L2\nCare,a,b,c\n,d,,e\n");
        assert_eq!(
            cells(&reading),
            [
                "l1/care: a",
                "l1/care: b",
                "l1/care: d",
                "l2/care: c",
                "l2/care: e"
            ]
        );
    }

    #[test]
    fn two_rows_of_headings_are_one_heading() {
        let reading = read(",Engineer,,Senior\n,L1,L2,L3\nCare,a,b,c\nImpact,d,e,f\n");
        let titles: Vec<_> = reading
            .levels
            .iter()
            .map(|l| (l.id.as_str(), l.title.as_str()))
            .collect();
        assert_eq!(
            titles,
            [("l1", "Engineer"), ("l2", "Engineer"), ("l3", "Senior")]
        );
        let titled = read("Level,Title,Care\nL1,Engineer,a\nL2,Senior engineer,b\nL3,Staff,c\n");
        let titles: Vec<_> = titled
            .levels
            .iter()
            .map(|l| (l.id.as_str(), l.title.as_str()))
            .collect();
        assert_eq!(
            titles,
            [
                ("l1", "Engineer"),
                ("l2", "Senior engineer"),
                ("l3", "Staff")
            ]
        );
        assert_eq!(cells(&titled).len(), 3);
    }

    #[test]
    fn every_cell_is_accounted_for() {
        let text = "Competency,Description,L1,L2,Notes\nCare,why,a,,n\nImpact,,c,d,\n";
        let reading = read(text);
        let rows = text.lines().flat_map(|row| row.split(','));
        let filled = rows.filter(|cell| !cell.is_empty()).count();
        let empty = reading.fates.iter().filter(
            |fate| matches!(&fate.what, Became::Left { why } if why.starts_with("nothing is said")),
        );
        // Two words of the corner say what the columns are.
        assert_eq!(reading.fates.len() - empty.count(), filled - 2);
        assert_eq!(reading.competencies[0].description, ["why"]);
        assert!(!cells(&reading).iter().any(|cell| cell.ends_with(": n")));
    }

    #[test]
    fn ranks_are_the_numbers_of_levels_or_their_order() {
        assert_eq!(read(",L5,L4,L3\nCare,a,b,c\n").ranks(), [5, 4, 3]);
        assert_eq!(
            read(",Junior,Senior,Staff\nCare,a,b,c\n").ranks(),
            [1, 2, 3]
        );
        assert_eq!(read(",IC4,M4,L5\nCare,a,b,c\n").ranks(), [1, 2, 3]);
    }
}
