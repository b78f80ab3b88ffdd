//! `docs/keys-life.md`, section by section, as something to be done.

use chrono::{Days, Local, NaiveDate};
use toml_edit::{DocumentMut, Item, Table};

use crate::program::{Program, Ran};

const GUIDE: &str = include_str!("../../docs/keys-life.md");

/// The day that the guide speaks of.
const SOME_DAY: &str = "2027-01-31";

/// One section: its blocks, in order.
pub struct Guide {
    blocks: Vec<Block>,
}

enum Block {
    /// Commands, one a line.
    Commands(Vec<String>),
    /// What a file of the tree is to say.
    Edit { file: String, toml: String },
}

/// What stands for what in the guide.
pub struct Words<'w> {
    /// The key in question.
    pub recipient: &'w str,
    pub signer: &'w str,
    pub day: NaiveDate,
}

/// The real day, in local time: audiences follow it.
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

pub fn yesterday() -> NaiveDate {
    today() - Days::new(1)
}

impl Default for Words<'_> {
    fn default() -> Self {
        Self {
            recipient: "no key is meant here",
            signer: "no signer is meant here",
            day: today(),
        }
    }
}

impl Words<'_> {
    fn put_into(&self, text: &str) -> String {
        text.replace("age1…", self.recipient)
            .replace("ed25519:…", self.signer)
            .replace(SOME_DAY, &self.day.to_string())
    }
}

impl Guide {
    /// The section of that heading.
    pub fn section(heading: &str) -> Self {
        let start = GUIDE.find(&format!("\n## {heading}\n")).expect(heading);
        let section = &GUIDE[start + 4..];
        let section = &section[..section.find("\n## ").unwrap_or(section.len())];
        let fenced = section.split("```").skip(1).step_by(2);
        Self {
            blocks: fenced.map(Block::read).collect(),
        }
    }

    /// All headings.
    pub fn headings() -> Vec<&'static str> {
        GUIDE
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect()
    }

    /// Accepts who reads what.
    pub fn accept(here: &Program) {
        run(here, "gradus access --accept");
    }

    /// Does everything that the section says, in the organisation `org`; gives what each command said.
    pub fn follow(&self, here: &Program, words: &Words<'_>) -> Vec<Ran> {
        self.follow_from(0, here, words)
    }

    /// Does the one block of that number.
    pub fn follow_one(&self, block: usize, here: &Program, words: &Words<'_>) -> Vec<Ran> {
        self.blocks[block].done(here, words)
    }

    /// Does what the section says from a block on.
    pub fn follow_from(&self, block: usize, here: &Program, words: &Words<'_>) -> Vec<Ran> {
        let blocks = self.blocks[block..].iter();
        blocks.flat_map(|block| block.done(here, words)).collect()
    }
}

impl Block {
    fn read(fenced: &str) -> Self {
        match fenced.split_once('\n') {
            Some(("sh", commands)) => Self::Commands(commands.lines().map(str::to_owned).collect()),
            Some(("toml", text)) => {
                let (file, toml) = text.split_once('\n').expect("a file and what it says");
                Self::Edit {
                    file: file.trim_start_matches("# ").to_owned(),
                    toml: toml.to_owned(),
                }
            }
            _ => panic!("what is to be done with this?\n{fenced}"),
        }
    }

    fn done(&self, here: &Program, words: &Words<'_>) -> Vec<Ran> {
        match self {
            Self::Commands(commands) => {
                let commands = commands.iter().map(|command| words.put_into(command));
                commands.filter_map(|command| run(here, &command)).collect()
            }
            Self::Edit { file, toml } => {
                edit(here, file, &words.put_into(toml));
                Vec::new()
            }
        }
    }
}

/// Runs a command of the guide; nothing where it is no run of the program.
fn run(here: &Program, command: &str) -> Option<Ran> {
    let words = split(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["rm", file] => {
            std::fs::remove_file(here.path(&format!("org/{file}"))).expect(file);
            None
        }
        ["gradus", ref arguments @ ..] => {
            let all: Vec<&str> = ["-C", "org"].iter().chain(arguments).copied().collect();
            Some(here.run(&all).exits(0))
        }
        _ => panic!("what is `{command}`?"),
    }
}

/// Words, of which some stand in quotes.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// What somebody does with a text editor: sets keys, and adds tables at the end.
fn edit(here: &Program, file: &str, toml: &str) {
    let path = format!("org/{file}");
    let mut document: DocumentMut = here.read(&path).parse().expect(&path);
    let said: DocumentMut = toml.parse().expect(toml);
    merge(document.as_table_mut(), said.as_table());
    here.write(&path, &document.to_string());
}

fn merge(into: &mut Table, said: &Table) {
    for (key, item) in said {
        match (into.get_mut(key), item) {
            (Some(Item::Table(into)), Item::Table(said)) => merge(into, said),
            (Some(Item::ArrayOfTables(into)), Item::ArrayOfTables(said)) => {
                for table in said {
                    let mut table = table.clone();
                    table.set_position(None);
                    into.push(table);
                }
            }
            (_, item) => {
                into.insert(key, item.clone());
            }
        }
    }
}
