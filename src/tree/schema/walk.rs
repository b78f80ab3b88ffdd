//! A text beside its declaration.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Holds, Key};

/// A value, and what is declared of it.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'d> {
    /// The name of the nearest key.
    pub key: &'d str,
    /// What it should hold.
    pub holds: &'d Holds,
    /// What it holds, with its place.
    pub value: &'d Spanned<DeValue<'d>>,
    /// Whether the two have the same shape: a text, a list, a table.
    pub fits: bool,
}

/// Shows every declared value of a table that holds no other, and every one whose shape is not the declared one.
pub fn walk<'d>(keys: &'d [Key], table: &'d DeTable<'d>, see: &mut impl FnMut(Declared<'d>)) {
    for key in keys {
        if let Some(value) = table.get(key.name) {
            value_of(key.name, &key.holds, value, see);
        }
    }
}

fn value_of<'d>(
    key: &'d str,
    holds: &'d Holds,
    value: &'d Spanned<DeValue<'d>>,
    see: &mut impl FnMut(Declared<'d>),
) {
    match (holds, value.get_ref()) {
        (Holds::List(of), DeValue::Array(list)) => {
            for value in list {
                value_of(key, of, value, see);
            }
        }
        (Holds::Table(keys), DeValue::Table(table)) => walk(keys, table, see),
        (Holds::Map(_, of), DeValue::Table(table)) => {
            for (name, value) in table {
                value_of(name.get_ref(), of, value, see);
            }
        }
        (Holds::Open(keys, of), DeValue::Table(table)) => {
            walk(keys, table, see);
            let is_own = |name: &str| keys.iter().any(|key| key.name == name);
            for (name, value) in table {
                if !is_own(name.get_ref()) {
                    value_of(name.get_ref(), of, value, see);
                }
            }
        }
        (Holds::Either(each), found) if each.iter().any(|holds| fits(holds, found)) => {
            for holds in each.iter().filter(|holds| fits(holds, found)) {
                value_of(key, holds, value, see);
            }
        }
        (_, found) => see(Declared {
            key,
            holds,
            value,
            fits: fits(holds, found),
        }),
    }
}

/// Whether a value has the shape that is declared, as far as that tells forms apart.
fn fits(holds: &Holds, value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Array(_) => matches!(holds, Holds::List(_) | Holds::Range),
        DeValue::Table(_) => matches!(holds, Holds::Table(_) | Holds::Map(..) | Holds::Open(..)),
        DeValue::String(_) => {
            matches!(
                holds,
                Holds::Like(_) | Holds::Text | Holds::Prose | Holds::Word(_)
            )
        }
        DeValue::Datetime(_) => matches!(holds, Holds::Date | Holds::Past),
        DeValue::Integer(_) => matches!(holds, Holds::Number(..)),
        DeValue::Boolean(_) => matches!(holds, Holds::Flag),
        DeValue::Float(_) => false,
    }
}
