//! About two kilobytes of markdown: headings, paragraphs, a list, a table, and a code fence where wanted.

use std::fmt::Write as _;

use rand::Rng;
use rand::rngs::StdRng;

use crate::words;

/// How often a text holds a code fence.
#[derive(Clone, Copy)]
pub enum Fences {
    Always,
    /// One text of four.
    Sometimes,
    Never,
}

impl Fences {
    fn here(self, random: &mut StdRng) -> bool {
        match self {
            Self::Always => true,
            Self::Sometimes => random.gen_ratio(1, 4),
            Self::Never => false,
        }
    }
}

/// How long a text is, give or take a paragraph.
const BYTES: usize = 1950;

/// A text that answers each of these headings.
pub fn answers(headings: &[&str], fences: Fences, random: &mut StdRng) -> String {
    let fence = fences.here(random).then(|| words::fence(random));
    let mut text = String::new();
    for (number, heading) in headings.iter().enumerate() {
        let _ = write!(text, "\n## {heading}\n\n");
        paragraph(&mut text, random);
        match number {
            0 => list(&mut text, random),
            1 => table(&mut text, random),
            _ => {}
        }
    }
    if headings.len() < 2 {
        table(&mut text, random);
    }
    let _ = write!(text, "\n### {}\n\n", words::any(random, &words::TALKS));
    let fence = fence.unwrap_or_default();
    paragraph(&mut text, random);
    text.push_str(&fence);
    while text.len() < BYTES {
        text.push('\n');
        paragraph(&mut text, random);
    }
    text
}

fn paragraph(text: &mut String, random: &mut StdRng) {
    let sentences = random.gen_range(2..=3);
    for number in 0..sentences {
        text.push_str(if number == 0 { "" } else { " " });
        text.push_str(&words::sentence(random));
    }
    if random.gen_ratio(1, 3) {
        let _ = write!(text, " See [the record]({}).", words::link(random));
    }
    text.push('\n');
}

fn list(text: &mut String, random: &mut StdRng) {
    text.push('\n');
    for _ in 0..random.gen_range(3..=4) {
        let (action, system) = (
            words::any(random, &words::ACTIONS),
            words::any(random, &words::SYSTEMS),
        );
        let _ = writeln!(text, "- {action}, for the **{system}**");
    }
}

fn table(text: &mut String, random: &mut StdRng) {
    text.push_str("\n| what | before | after |\n|---|---:|---:|\n");
    for _ in 0..3 {
        let before: u32 = random.gen_range(40..900);
        let after = before * random.gen_range(20..90) / 100;
        let system = words::any(random, &words::SYSTEMS);
        let _ = writeln!(text, "| `{system}`, ms | {before} | {after} |");
    }
}
