//! Single files taken apart, exactly as written, with byte spans.

mod apart;
mod markdown;
mod toml;

pub use apart::{Apart, Tangled};
pub use markdown::{
    Definition, Enclosed, EnclosedKind, FrontMatter, Heading, Label, Markdown, Section,
    front_matter,
};
pub use toml::{SyntaxError, Toml};
