//! What style sheets may not do: load anything.

use super::mistake::{Spot, ThemeError};

/// Refuses what a style sheet would load: the content security policy blocks it, and it would silently be missing.
///
/// Takes paths and texts; what is no style sheet is passed over. Fragments (`url(#shade)`) load nothing.
///
/// # Errors
/// The first `url(…)` or `@import`.
pub(super) fn check<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Result<(), ThemeError> {
    for (path, text) in files.filter(|(path, _)| path.ends_with(".css")) {
        let text = without_comments(text);
        for (at, line) in text.lines().enumerate() {
            if let Some(address) = loaded(line) {
                let spot = Spot {
                    path: path.to_owned(),
                    line: at + 1,
                };
                return Err(ThemeError::Loads { spot, address });
            }
        }
    }
    Ok(())
}

/// The text with comments blanked out, in as many lines.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        let (inside, after) = comment.split_once("*/").unwrap_or((comment, ""));
        kept.push_str(before);
        kept.extend(inside.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    kept + rest
}

fn loaded(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let after = |word: &str| lower.split_once(word).map(|(_, after)| after);
    let address = after("url(").or_else(|| after("@import"))?;
    let address = address.trim_start_matches([' ', '"', '\'']);
    let end = address.find([')', '"', '\'', ';']).unwrap_or(address.len());
    let address = address[..end].trim();
    (!address.starts_with('#')).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(css: &str) -> Option<String> {
        let checked = check([("themes/slate/own.css", css)].into_iter());
        checked.err().map(|error| error.to_string())
    }

    #[test]
    fn what_would_be_loaded_is_named_with_its_line() {
        assert_eq!(
            told("/* a\n b */\np { background: URL( 'https://img.example/a.png' ) }").unwrap(),
            "`themes/slate/own.css:3` loads `https://img.example/a.png`, which no page may"
        );
        assert_eq!(
            told("@import \"//fonts.example/inter.css\";").unwrap(),
            "`themes/slate/own.css:1` loads `//fonts.example/inter.css`, which no page may"
        );
    }

    #[test]
    fn comments_and_fragments_load_nothing() {
        assert_eq!(
            told("/* url(https://a.example) */ p { mask: url(#shade) }"),
            None
        );
    }
}
