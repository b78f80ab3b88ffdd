//! Characters that make a text look like another one.

/// Whether a character turns the writing direction of those around it, so that what is shown is in another order than
/// what is written: the embeddings, overrides and isolates of Unicode's bidirectional algorithm, and what ends them.
///
/// Letters of scripts that run from right to left do not, nor do the marks that such texts need.
pub fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
