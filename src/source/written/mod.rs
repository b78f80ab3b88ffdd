//! Single files taken apart, exactly as written, with byte spans.

mod markdown;
mod toml;

pub use markdown::{FrontMatter, Heading, Markdown, Section, front_matter};
pub use toml::{SyntaxError, Toml};
