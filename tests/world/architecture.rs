//! Dependencies point one way, as the table in `docs/architecture.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use walkdir::WalkDir;

/// A room, and the module in it. The module is empty for a room that is one module.
type Module = (String, String);

/// The rooms that are one module each.
const UNDIVIDED: [&str; 2] = ["serve", "site"];

/// What nothing below `cli` may name: printing, leaving the process, the calendar.
const CLI_ALONE: [&str; 9] = [
    "print",
    "println",
    "eprint",
    "eprintln",
    "dbg",
    "process::exit",
    "SystemTime::now",
    "Utc::now",
    "Local::now",
];

/// Reads every file of `src` that is compiled for the program, and what it names.
fn sources() -> Vec<(String, Names)> {
    let files = WalkDir::new("src").sort_by_file_name();
    let files = files
        .into_iter()
        .map(|entry| entry.expect("it is readable"));
    let files = files.filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    let mut read: Vec<(String, Names)> = files
        .map(|entry| {
            let path = entry.path().to_str().expect("it is ASCII").to_owned();
            let text = fs::read_to_string(&path).expect("it is readable");
            let mut names = Names::default();
            names.visit_file(&syn::parse_file(&text).expect("it compiles"));
            (path, names)
        })
        .collect();
    let for_tests: Vec<String> = read
        .iter()
        .flat_map(|(path, names)| names.test_modules.iter().map(|name| folder_of(path) + name))
        .collect();
    read.retain(|(path, _)| {
        let module = path.trim_end_matches(".rs");
        let is_below = |test: &String| module == test || module.starts_with(&format!("{test}/"));
        !for_tests.iter().any(is_below)
    });
    read
}

/// Where the modules lie that a file declares.
fn folder_of(path: &str) -> String {
    let module = path.trim_end_matches(".rs");
    let module = ["/mod", "/lib", "/main"]
        .iter()
        .find_map(|end| module.strip_suffix(end))
        .unwrap_or(module);
    format!("{module}/")
}

/// What the code of a file names, tests aside.
#[derive(Default)]
struct Names {
    /// Paths with `::` between their parts, those of `use` unfolded.
    paths: BTreeSet<String>,
    macros: BTreeSet<String>,
    /// Modules that are compiled for tests alone.
    test_modules: BTreeSet<String>,
}

impl Names {
    fn unfold(&mut self, before: &str, tree: &syn::UseTree) {
        let path = match tree {
            syn::UseTree::Path(path) => {
                return self.unfold(&format!("{before}{}::", path.ident), &path.tree);
            }
            syn::UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.unfold(before, tree));
            }
            syn::UseTree::Name(name) => format!("{before}{}", name.ident),
            syn::UseTree::Rename(name) => format!("{before}{}", name.ident),
            syn::UseTree::Glob(_) => before.trim_end_matches("::").to_owned(),
        };
        self.paths.insert(path);
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |one: &syn::Attribute| {
        let words = one.meta.require_list().map(|list| list.tokens.to_string());
        one.path().is_ident("test")
            || one.path().is_ident("cfg") && words.is_ok_and(|words| words == "test")
    };
    attributes.iter().any(is_test)
}

impl<'a> Visit<'a> for Names {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if is_for_tests(&module.attrs) {
            self.test_modules.insert(module.ident.to_string());
        } else {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            self.unfold("", &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|part| part.ident.to_string())
            .collect();
        self.paths.insert(parts.join("::"));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'a syn::Macro) {
        let name = called
            .path
            .segments
            .last()
            .map(|part| part.ident.to_string());
        self.macros.extend(name);
        visit::visit_macro(self, called);
    }
}

/// The floor of each room, from the table in the documentation.
fn floors() -> BTreeMap<String, u32> {
    let docs = fs::read_to_string("docs/architecture.md").expect("it is there");
    let rows = docs.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let floor = cells.next()?.parse().ok()?;
        let room = cells.next()?.strip_prefix('`')?.strip_suffix("/`")?;
        Some((room.to_owned(), floor))
    });
    rows.collect()
}

/// The module that a file is part of. `None` for the program and the library's root.
fn module_of(path: &str) -> Option<Module> {
    let module = path.trim_end_matches(".rs");
    let parts: Vec<&str> = module.split('/').skip(1).collect();
    let (room, rest) = parts.split_first()?;
    let is_root = rest.is_empty();
    (!is_root).then(|| module_named(room, rest[0]))
}

fn module_named(room: &str, name: &str) -> Module {
    let is_whole = UNDIVIDED.contains(&room) || name == "mod";
    (
        room.to_owned(),
        if is_whole {
            String::new()
        } else {
            name.to_owned()
        },
    )
}

/// What each module imports, with a file that does.
fn arrows(floors: &BTreeMap<String, u32>) -> BTreeMap<(Module, Module), String> {
    let mut arrows = BTreeMap::new();
    for (path, names) in sources() {
        let Some(from) = module_of(&path) else {
            continue;
        };
        for name in &names.paths {
            let mut parts = name.split("::");
            let room = parts
                .next()
                .filter(|root| *root == "crate")
                .and_then(|_| parts.next());
            let Some(room) = room.filter(|room| floors.contains_key(*room)) else {
                continue;
            };
            let to = module_named(room, parts.next().unwrap_or("mod"));
            if to != from {
                arrows.insert((from.clone(), to), path.clone());
            }
        }
    }
    arrows
}

#[test]
fn the_rooms_are_those_of_the_table() {
    let rooms = fs::read_dir("src").expect("it is there");
    let rooms = rooms.map(|entry| entry.expect("it is readable"));
    let rooms = rooms.filter(|entry| entry.path().is_dir());
    let rooms: BTreeSet<String> = rooms
        .map(|entry| entry.file_name().into_string().expect("ASCII"))
        .collect();
    let of_table: BTreeSet<String> = floors().into_keys().collect();
    assert_eq!(rooms, of_table);
}

#[test]
fn rooms_import_what_lies_below_them() {
    let floors = floors();
    let arrows = arrows(&floors);
    assert!(arrows.len() > 60, "{} arrows are seen", arrows.len());
    let wrong: Vec<String> = arrows
        .iter()
        .filter(|((from, to), _)| from.0 != to.0 && floors[&from.0] <= floors[&to.0])
        .map(|((from, to), path)| format!("{path}: {from:?} imports {to:?}"))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn modules_import_one_another_in_no_circle() {
    let mut left: BTreeSet<(Module, Module)> = arrows(&floors()).into_keys().collect();
    // A module that imports nothing that is left is in no circle.
    loop {
        let from: BTreeSet<Module> = left.iter().map(|(from, _)| from.clone()).collect();
        let before = left.len();
        left.retain(|(_, to)| from.contains(to));
        if left.len() == before {
            break;
        }
    }
    assert_eq!(left, BTreeSet::new());
}

#[test]
fn nothing_below_the_command_line_prints_leaves_or_asks_for_the_day() {
    for (path, names) in sources() {
        let room = Path::new(&path)
            .components()
            .nth(1)
            .map(|part| part.as_os_str().to_owned());
        if room.is_some_and(|room| room == "cli") {
            continue;
        }
        for name in CLI_ALONE {
            let is_path = names
                .paths
                .iter()
                .any(|path| path.ends_with(name) && name.contains("::"));
            assert!(
                !is_path && !names.macros.contains(name),
                "{path} has `{name}`"
            );
        }
        let waits = names
            .paths
            .iter()
            .any(|path| path.ends_with("time::Instant"));
        assert!(
            !waits || path.starts_with("src/serve/"),
            "{path} reads a clock"
        );
    }
}
