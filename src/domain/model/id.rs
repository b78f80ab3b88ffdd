//! Names that the tree's author chose.

use std::fmt;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest id, in bytes.
pub const ID_MAX_BYTES: usize = 64;

/// Whether a text is an id: `[a-z0-9][a-z0-9-]*`, at most [`ID_MAX_BYTES`].
pub fn is_id(text: &str) -> bool {
    let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= ID_MAX_BYTES
        && text.as_bytes().first().is_some_and(lower)
        && text.bytes().all(|b| lower(&b) || b == b'-')
}

/// Reads a text by a function that returns `None` for texts of another form.
pub(super) fn parsed<'de, D: Deserializer<'de>, T>(
    d: D,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = String::deserialize(d)?;
    read(&text).ok_or_else(|| D::Error::custom(format!("`{text}` cannot stand here")))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id, or nothing where the text is not one.
            pub fn new(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.into()))
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                parsed(d, Self::new)
            }
        }
    )*};
}

ids! {
    /// A directory under `people/`.
    PersonId;
    /// A file under `cycles/`.
    CycleId;
    /// A directory under `rubrics/`.
    TrackId;
    /// A competency of a track. Tracks that share an id mean the same competency.
    CompetencyId;
    /// A stage of a competency.
    StageId;
    /// A rating of the organisation's scale.
    RatingId;
    /// A question of the organisation or of one cycle.
    QuestionId;
    /// An expectation, unique within its person and cycle.
    ExpectationId;
    /// A goal of a development plan, unique within its plan.
    GoalId;
    /// An objective of an improvement plan.
    ObjectiveId;
    /// A file under `rubrics/<track>/` other than `track.toml`.
    LevelId;
}

/// One level of one track, written `ic/l4`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelRef {
    /// The track: a directory of the rubric.
    pub track: TrackId,
    /// The level: a file of that directory, without `.toml`.
    pub level: LevelId,
}

impl LevelRef {
    /// Reads `<track>/<level>`.
    pub fn new(text: &str) -> Option<Self> {
        let (track, level) = text.split_once('/')?;
        Some(Self {
            track: TrackId::new(track)?,
            level: LevelId::new(level)?,
        })
    }
}

impl<'de> Deserialize<'de> for LevelRef {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        parsed(d, Self::new)
    }
}

impl fmt::Display for LevelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.track, self.level)
    }
}

impl Serialize for LevelRef {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_ascii_words() {
        for good in ["a", "2026-h1", "l4", &"a".repeat(64)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "-a", "A", "a b", "ä", "a/b", "..", &"a".repeat(65)] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
