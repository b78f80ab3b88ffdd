//! Texts that are safe to print: no control characters, no secret keys.

pub use super::hidden::without_secrets;

/// A text that cannot steer a terminal or turn its reading order around: control characters, and those
/// that are invisible or change direction, are spelled out. Secret keys are hidden.
pub fn visible(text: &str) -> String {
    let text = without_secrets(text);
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => shown.push(' '),
            c if is_spelled_out(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// The same for each line of a text that has several.
pub fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n")
}

/// Whether no output for people or machines holds this character as it is.
pub fn is_spelled_out(c: char) -> bool {
    c.is_control() || is_deceptive(c)
}

/// Characters that show nothing, or turn what stands beside them around.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
