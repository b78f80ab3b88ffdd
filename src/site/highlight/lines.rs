//! Lines that were read before: what stands in a line of code is told by the line and by where its grammar stood.
//!
//! Regular expressions take nearly all the time of highlighting, and the same lines come again and again: a closing
//! brace, the head of a table, the snippet of a review in the packet that quotes it. They live in memory alone.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::rc::Rc;

use syntect::parsing::{ParseState, ScopeStack, ScopeStackOp, SyntaxReference, SyntaxSet};

use super::{Style, style_of};
use crate::site::recent::Recent;

/// What the lines that one thread knows may take, in bytes, by the measure of [`Known::keep`]; the places come
/// to it, of which there are few.
const KNOWN_MAX_BYTES: usize = 8 * 1024 * 1024;

/// About what a line takes besides its text and tokens.
const LINE_BYTES: usize = 224;

/// Characters that a grammar's state may take when it is written out. One of more is deep within brackets, and is not
/// kept.
const STATE_MAX_CHARS: usize = 4_000;

/// Scopes that a kept place may lie within.
const SCOPES_MAX: usize = 64;

/// Lines are kept for so many places: the few that nearly all lines of a grammar begin and end in.
const PLACES_MAX: usize = 512;

/// A line is kept for so many places before it.
const PLACES_OF_A_LINE: usize = 16;

/// Where a grammar stands between two lines. No other grammar ever stands in the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    state: ParseState,
    stack: ScopeStack,
}

/// A stretch of a line in one style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// How much of the line it takes.
    pub bytes: u32,
    pub style: Style,
}

thread_local! {
    /// Each thread's own: a place holds what may not go from one to another.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Goes through a block, line by line.
pub struct Walk {
    at: Rc<Place>,
    /// Whether that place is worth keeping.
    keeps: bool,
    syntaxes: &'static SyntaxSet,
}

impl Walk {
    pub fn new(syntax: &SyntaxReference, syntaxes: &'static SyntaxSet) -> Self {
        let mut at = Rc::new(Place {
            state: ParseState::new(syntax),
            stack: ScopeStack::new(),
        });
        let keeps = KNOWN.with_borrow_mut(|known| known.meet(&mut at));
        Self {
            at,
            keeps,
            syntaxes,
        }
    }

    /// The next line's tokens: they follow one another and fill it. Nothing where the grammar fails.
    pub fn line(&mut self, line: &str) -> Option<Rc<[Token]>> {
        if let Some(read) = KNOWN.with_borrow_mut(|known| known.find(line, &self.at)) {
            self.at = read.after;
            self.keeps = true;
            return Some(read.tokens);
        }
        let before = self.keeps.then(|| self.at.clone());
        let tokens = Rc::make_mut(&mut self.at).pass(line, self.syntaxes)?;
        KNOWN.with_borrow_mut(|known| {
            self.keeps = known.meet(&mut self.at);
            if let Some(before) = before
                && self.keeps
            {
                known.keep(line, Read::new(before, &tokens, &self.at));
            }
        });
        Some(tokens)
    }
}

impl Place {
    /// Goes on to the end of a line.
    fn pass(&mut self, line: &str, syntaxes: &SyntaxSet) -> Option<Rc<[Token]>> {
        let ops = self.state.parse_line(line, syntaxes).ok()?;
        let end = (line.len(), ScopeStackOp::Noop);
        let mut tokens = Vec::with_capacity(ops.len() + 1);
        let mut from = 0;
        for (to, op) in ops.iter().chain([&end]) {
            // Texts are cut there, so it must lie between two characters.
            let bytes = line.get(from..*to)?.len();
            if bytes > 0 {
                tokens.push(Token {
                    bytes: bytes.try_into().ok()?,
                    style: style_of(&self.stack),
                });
            }
            self.stack.apply(op).ok()?;
            from = *to;
        }
        Some(tokens.into())
    }

    /// Whether it is worth keeping. A state does not tell how deep it is; but it can be written out.
    fn is_small(&self) -> bool {
        self.stack.scopes.len() <= SCOPES_MAX
            && write!(Room(STATE_MAX_CHARS), "{:?}", self.state).is_ok()
    }
}

/// Takes so much text, and fails on more.
struct Room(usize);

impl fmt::Write for Room {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.checked_sub(text.len()).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// How a line was read from one place on.
#[derive(Clone)]
struct Read {
    before: Rc<Place>,
    tokens: Rc<[Token]>,
    after: Rc<Place>,
}

impl Read {
    fn new(before: Rc<Place>, tokens: &Rc<[Token]>, after: &Rc<Place>) -> Self {
        Self {
            before,
            tokens: tokens.clone(),
            after: after.clone(),
        }
    }
}

/// How lines were read, by their text.
struct Known {
    lines: Recent<Box<str>, Vec<Read>>,
    /// Each once.
    places: Vec<Rc<Place>>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            lines: Recent::new(KNOWN_MAX_BYTES),
            places: Vec::new(),
        }
    }
}

impl Known {
    fn find(&mut self, line: &str, before: &Rc<Place>) -> Option<Read> {
        let from_there = |reads: &Vec<Read>| {
            let mut reads = reads.iter();
            reads.find(|read| read.before == *before).cloned()
        };
        self.lines.find(line, from_there)
    }

    /// Puts the place that was met before for one that is equal to it. Whether it is worth keeping: of too many, all is
    /// forgotten.
    fn meet(&mut self, place: &mut Rc<Place>) -> bool {
        if let Some(met) = self.places.iter().find(|met| *met == place) {
            *place = met.clone();
            return true;
        }
        if !place.is_small() {
            return false;
        }
        if self.places.len() == PLACES_MAX {
            *self = Self::default();
        }
        self.places.push(place.clone());
        true
    }

    fn keep(&mut self, line: &str, read: Read) {
        if self.places_of(line) == PLACES_OF_A_LINE {
            return;
        }
        let bytes = LINE_BYTES + line.len() + size_of_val(&*read.tokens);
        self.lines.keep(line.into(), bytes, |reads| {
            let mut reads = reads.unwrap_or_else(|| Vec::with_capacity(1));
            reads.push(read);
            reads
        });
    }

    /// For how many places a line is kept.
    fn places_of(&mut self, line: &str) -> usize {
        self.lines
            .find(line, |reads| Some(reads.len()))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{find, syntaxes};
    use super::*;
    use crate::ground::cases::property;

    /// Lines whose meaning hangs on those before them: comments and texts that go on, brackets, and what closes them.
    const LINES: [&str; 16] = [
        "/* a comment\n",
        "that ends */ let a = 1;\n",
        "\"\"\"\n",
        "x = 'it'\n",
        "let s = \"a\n",
        "b\";\n",
        "fn main() {\n",
        "}\n",
        "((((\n",
        "))\n",
        "-- select 1\n",
        "<<EOF\n",
        "EOF\n",
        "ä: ö # ü\n",
        "# if 1\n",
        "no line break",
    ];

    fn tokens(walk: &mut Walk, lines: &[&str]) -> Option<Vec<Vec<Token>>> {
        lines
            .iter()
            .map(|line| Some(walk.line(line)?.to_vec()))
            .collect()
    }

    /// As the grammar reads them, with nothing remembered.
    fn anew(syntax: &SyntaxReference, lines: &[&str]) -> Option<Vec<Vec<Token>>> {
        let mut place = Rc::unwrap_or_clone(Walk::new(syntax, syntaxes()).at);
        let mut pass = |line: &&str| Some(place.pass(line, syntaxes())?.to_vec());
        lines.iter().map(&mut pass).collect()
    }

    proptest! {
        #![proptest_config(property(256))]

        #[test]
        fn what_is_remembered_of_a_line_is_what_the_grammar_reads(
            language in prop::sample::select(vec!["rust", "python", "sql", "bash", "yaml", "html"]),
            lines in prop::collection::vec(prop::sample::select(LINES.to_vec()), 1..12),
        ) {
            let syntax = find(language).unwrap();
            let walk = || tokens(&mut Walk::new(syntax, syntaxes()), &lines);
            let (first, again) = (walk(), walk());
            prop_assert_eq!(&first, &anew(syntax, &lines));
            prop_assert_eq!(first, again);
        }
    }

    #[test]
    fn a_line_is_read_once_for_each_place_that_it_stands_in() {
        let syntax = find("rust").unwrap();
        let lines = ["/* x\n", "x */ let kept = 1;\n", "x */ let kept = 1;\n"];
        let known = || KNOWN.with_borrow_mut(|known| known.places_of(lines[1]));
        tokens(&mut Walk::new(syntax, syntaxes()), &lines).unwrap();
        assert_eq!(known(), 2);
        tokens(&mut Walk::new(syntax, syntaxes()), &lines).unwrap();
        assert_eq!(known(), 2);
    }

    #[test]
    fn what_lies_deep_is_not_kept_and_what_is_kept_is_bounded() {
        let syntax = find("rust").unwrap();
        let mut walk = Walk::new(syntax, syntaxes());
        let deep: Vec<String> = (0..400).map(|n| format!("deep{n} ({{[\n")).collect();
        let lines: Vec<&str> = deep.iter().map(String::as_str).collect();
        tokens(&mut walk, &lines).unwrap();
        KNOWN.with_borrow_mut(|known| {
            assert_eq!(
                (known.places_of(lines[0]), known.places_of(lines[399])),
                (1, 0)
            );
        });
        let at = Walk::new(syntax, syntaxes()).at;
        let mut known = Known::default();
        for number in 0..100_000 {
            let tokens: Rc<[Token]> = Rc::default();
            known.keep(&number.to_string(), Read::new(at.clone(), &tokens, &at));
        }
        assert!(known.lines.bytes() <= KNOWN_MAX_BYTES);
        assert!(known.lines.len() < 100_000);
    }

    #[test]
    fn of_too_many_places_all_is_forgotten() {
        let syntax = find("bash").unwrap();
        let lines: Vec<String> = (0..PLACES_MAX + 7)
            .map(|number| format!("cat <<END{number}\n"))
            .collect();
        for line in &lines {
            let told = tokens(&mut Walk::new(syntax, syntaxes()), &[line]);
            assert_eq!(told, anew(syntax, &[line]));
            KNOWN.with_borrow(|known| assert!(known.places.len() <= PLACES_MAX));
        }
        let known = |line| KNOWN.with_borrow_mut(|known| known.places_of(line));
        assert_eq!((known(&lines[0]), known(lines.last().unwrap())), (0, 1));
    }
}
