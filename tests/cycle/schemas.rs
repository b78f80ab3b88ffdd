//! The schemas fit the files: those of the example, those that scaffolds make, and the samples in the docs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gradus::tree::schema::{KINDS, Kind, json_schema, kind};
use gradus::tree::source::written::front_matter;
use serde_json::Value;

/// The kind of a file, from its path; nothing for others.
fn kind_of(path: &str) -> Option<&'static Kind> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |kind: &&Kind| {
        let pattern: Vec<&str> = kind.files.split('/').collect();
        let fits = |(pattern, part): (&&str, &&str)| match pattern.split_once('*') {
            Some((begin, end)) => part.starts_with(begin) && part.ends_with(end),
            None => pattern == part,
        };
        pattern.len() == parts.len() && pattern.iter().zip(&parts).all(fits)
    };
    KINDS.iter().find(fits)
}

/// What a schema says against a TOML text. Only the words that our schemas use are understood, and no other passes.
fn against(kind: &Kind, toml: &str) -> Vec<String> {
    let table: toml::Table = toml::from_str(toml).unwrap_or_else(|e| panic!("{e}\n{toml}"));
    let mut found = Vec::new();
    judge(
        &json_schema(kind),
        &as_json(&toml::Value::Table(table)),
        kind.id,
        &mut found,
    );
    found
}

/// Dates become texts, as editors hand them to schemas.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(list) => list.iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.clone(), as_json(value)));
            Value::Object(entries.collect())
        }
    }
}

fn judge(schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let rules = schema.as_object().expect("a schema is an object");
    for (word, rule) in rules {
        let holds = match word.as_str() {
            "$schema" | "title" | "description" | "examples" | "pattern" => true,
            "type" => is_of(value, rule.as_str().expect("a type")),
            "format" => value
                .as_str()
                .is_some_and(|text| text.parse::<gradus::domain::model::Date>().is_ok()),
            "enum" => rule.as_array().is_some_and(|words| words.contains(value)),
            "minimum" => value.as_i64() >= rule.as_i64(),
            "maximum" => value.as_i64() <= rule.as_i64(),
            "minItems" => value.as_array().map(Vec::len) >= rule.as_u64().map(|n| n as usize),
            "maxItems" => value.as_array().map(Vec::len) <= rule.as_u64().map(|n| n as usize),
            "required" => {
                let mut keys = rule
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                keys.all(|key| value.get(key).is_some())
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    judge(rule, item, &format!("{at}[]"), found);
                }
                true
            }
            "anyOf" => rule.as_array().into_iter().flatten().any(|form| {
                let mut against = Vec::new();
                judge(form, value, at, &mut against);
                against.is_empty()
            }),
            "properties" | "additionalProperties" => {
                keys(rules, word, value, at, found);
                true
            }
            other => panic!("`{other}` is not a word of our schemas"),
        };
        if !holds {
            found.push(format!("{at}: {word} {rule}, not {value}"));
        }
    }
}

fn keys(
    rules: &serde_json::Map<String, Value>,
    word: &str,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) {
    let declared = rules.get("properties").and_then(Value::as_object);
    for (key, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{key}");
        let own = declared.and_then(|declared| declared.get(key));
        match (word, own, &rules[word]) {
            ("properties", Some(schema), _) => judge(schema, value, &at, found),
            ("additionalProperties", None, Value::Bool(false)) => {
                found.push(format!("{at}: not a key"))
            }
            ("additionalProperties", None, schema) => judge(schema, value, &at, found),
            _ => {}
        }
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        other => panic!("`{other}` is not a type of our schemas"),
    }
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found)
        } else {
            found.push(path)
        }
    }
}

/// Judges every file of a tree that a schema is for; tells how many there are of each kind.
pub fn judge_tree(root: &Path) -> BTreeMap<&'static str, usize> {
    let mut all = Vec::new();
    files(root, &mut all);
    let mut counts = BTreeMap::new();
    for path in all {
        let name = path.strip_prefix(root).expect("it lies in the tree");
        let Some(kind) = kind_of(&name.to_string_lossy()) else {
            continue;
        };
        let text = fs::read_to_string(&path).expect("a text");
        let toml = if kind.is_front_matter {
            &text[front_matter(&text).expect("front matter").toml]
        } else {
            &text
        };
        assert_eq!(against(kind, toml), [""; 0], "{}", path.display());
        *counts.entry(kind.id).or_default() += 1;
    }
    counts
}

#[test]
fn every_file_of_the_example_fits_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-org");
    let counts = judge_tree(&root);
    let unseen: Vec<&str> = KINDS
        .iter()
        .map(|kind| kind.id)
        .filter(|id| !counts.contains_key(id))
        .collect();
    assert_eq!(unseen, [""; 0]);
}

/// The TOML samples of a page: each begins with a comment that names its file.
fn samples(page: &str) -> Vec<(&'static str, String)> {
    let mut samples: Vec<(&'static str, String)> = Vec::new();
    let blocks = page.split("```toml\n").skip(1);
    for block in blocks.filter_map(|block| block.split("```").next()) {
        for line in block.lines() {
            match line.strip_prefix("# ").and_then(sample_of) {
                Some(id) => samples.push((id, String::new())),
                None if block.starts_with("name = ") && samples.is_empty() => {
                    samples.push(("gradus", format!("{line}\n")));
                }
                None => {
                    let (_, text) = samples.last_mut().expect("a sample says which file it is");
                    *text += &format!("{line}\n");
                }
            }
        }
    }
    samples
}

fn sample_of(comment: &str) -> Option<&'static str> {
    let file = comment.split([' ', ',']).next()?;
    Some(match file {
        "rubrics/ic/track.toml" => "track",
        "rubrics/ic/l4.toml" => "level",
        "cycles/2026-h1.toml" => "cycle",
        "people/ada/person.toml" => "person",
        "people/ada/log.toml" => "log",
        "expectations.toml" => "expectations",
        "self.md" => "self",
        "plan.toml" => "plan",
        "pip.toml" => "pip",
        "management/<cycle>/<id>.toml" => "talent",
        _ => return None,
    })
}

#[test]
fn the_samples_in_the_docs_fit_their_schemas() {
    let page = include_str!("../../docs/files.md");
    let samples = samples(page);
    assert_eq!(samples.len(), 11, "{samples:?}");
    for (id, text) in samples {
        // The four feedback files share one sample, so each key is one of theirs.
        let kinds: Vec<&Kind> = match id {
            "self" => ["self", "peer", "review", "response"]
                .into_iter()
                .filter_map(kind)
                .collect(),
            _ => kind(id).into_iter().collect(),
        };
        let found: Vec<Vec<String>> = kinds.iter().map(|kind| against(kind, &text)).collect();
        let shared = |complaint: &String| {
            let complaint = complaint.split_once('.').map_or("", |(_, rest)| rest);
            let mut others = found.iter();
            others.all(|found| found.iter().any(|one| one.ends_with(complaint)))
        };
        let wrong: Vec<&String> = found[0].iter().filter(|one| shared(one)).collect();
        assert!(wrong.is_empty(), "{id}: {wrong:?}");
    }
}
