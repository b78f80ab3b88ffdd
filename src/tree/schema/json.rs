//! Declarations → JSON Schema, draft-07.

use serde_json::{Map as Object, Value, json};

use super::{Holds, Key, Kind};

/// The schema of a kind of file.
pub fn json_schema(kind: &Kind) -> Value {
    let mut schema = table(kind.keys, None);
    schema.insert(
        "$schema".into(),
        json!("http://json-schema.org/draft-07/schema#"),
    );
    schema.insert("title".into(), json!(kind.id));
    let part = if kind.is_front_matter {
        "the front matter of "
    } else {
        ""
    };
    let about = format!("{part}`{}`: {}", kind.files, kind.about);
    schema.insert("description".into(), json!(about));
    Value::Object(schema)
}

fn table(keys: &[Key], others: Option<&Holds>) -> Object<String, Value> {
    let property = |key: &Key| {
        let mut schema = holds(&key.holds);
        schema.insert("description".into(), json!(key.about));
        (key.name.to_owned(), Value::Object(schema))
    };
    let properties: Object<String, Value> = keys.iter().map(property).collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.is_required)
        .map(|key| key.name)
        .collect();
    let mut schema = object(json!({ "type": "object", "properties": properties }));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    let others = others.map_or(json!(false), |others| Value::Object(holds(others)));
    schema.insert("additionalProperties".into(), others);
    schema
}

fn holds(what: &Holds) -> Object<String, Value> {
    object(match what {
        Holds::Text | Holds::Value | Holds::Prose => json!({ "type": "string" }),
        // Readers of TOML hand dates to a schema as texts.
        Holds::Date | Holds::Past => json!({ "type": "string", "format": "date" }),
        Holds::Flag => json!({ "type": "boolean" }),
        Holds::Number(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Holds::Range => json!({
            "type": "array", "items": { "type": "integer", "minimum": 0 }, "minItems": 2, "maxItems": 2
        }),
        Holds::Word(words) => json!({ "type": "string", "enum": words }),
        Holds::Like(form) => match form.pattern() {
            Some((pattern, example)) => {
                json!({ "type": "string", "pattern": pattern, "examples": [example] })
            }
            None => json!({ "type": "string" }),
        },
        Holds::List(of) => json!({ "type": "array", "items": holds(of) }),
        Holds::Either(of) => json!({ "anyOf": of.iter().map(holds).collect::<Vec<_>>() }),
        Holds::Table(keys) => return table(keys, None),
        Holds::Open(keys, others) => return table(keys, Some(others)),
        Holds::Map(_, of) => json!({ "type": "object", "additionalProperties": holds(of) }),
    })
}

/// What `json!` made with braces.
fn object(value: Value) -> Object<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
