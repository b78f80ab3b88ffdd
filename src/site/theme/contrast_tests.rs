//! The colours of the program's themes are told apart by people who see less: WCAG 2.2, 1.4.3 and 1.4.11.

use std::collections::BTreeMap;

use super::*;

/// Token (`ink`) → colour in light and in dark.
type Colours = BTreeMap<String, [String; 2]>;

fn colours(theme: &str) -> Colours {
    let theme = Theme::named(theme, None).expect("the program has it");
    let lines = theme
        .file("tokens.css")
        .expect("every theme has it")
        .lines();
    lines.filter_map(colour).collect()
}

/// `--ink: light-dark(#111, #eee);`
fn colour(line: &str) -> Option<(String, [String; 2])> {
    let (name, value) = line
        .trim()
        .strip_prefix("--")?
        .split_once(": light-dark(")?;
    let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
    Some((name.to_owned(), [light.to_owned(), dark.to_owned()]))
}

/// Relative luminance, from black (0) to white (1).
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let wide: String = match digits.len() {
        3 => digits.chars().flat_map(|c| [c, c]).collect(),
        _ => digits.to_owned(),
    };
    let channel = |at: usize| {
        let value = u8::from_str_radix(&wide[at..at + 2], 16).expect("colours are hexadecimal");
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What stands on what, and how far they must be apart.
fn pairs() -> Vec<(String, String, f64)> {
    let mut pairs = Vec::new();
    let mut pair = |text: &str, ground: &str, least: f64| {
        pairs.push((text.to_owned(), ground.to_owned(), least));
    };
    for ground in ["bg", "surface", "sunk"] {
        for text in [
            "ink", "ink-2", "ink-3", "accent", "done", "track", "risk", "miss", "idle",
        ] {
            pair(text, ground, 4.5);
        }
        pair("edge", ground, 3.0);
    }
    for state in ["done", "track", "risk", "miss", "idle", "accent"] {
        pair(state, &format!("{state}-soft"), 4.5);
    }
    for shade in 2..=6 {
        pair(&format!("h{shade}t"), &format!("h{shade}"), 4.5);
    }
    pair("accent-ink", "accent", 4.5);
    pairs
}

#[test]
fn every_text_of_every_theme_stands_out_from_its_ground_in_light_and_dark() {
    for theme in names() {
        let colours = colours(theme);
        for (text, ground, least) in pairs() {
            for (text, ground) in std::iter::zip(&colours[&text], &colours[&ground]) {
                let apart = contrast(text, ground);
                assert!(apart >= least, "{theme}: {text} on {ground} is {apart:.2}");
            }
        }
    }
}

#[test]
fn a_theme_names_every_token_that_the_style_sheets_use() {
    for theme in names() {
        let theme = Theme::named(theme, None).expect("the program has it");
        let sheets = theme
            .files
            .iter()
            .filter(|(name, _)| name.ends_with(".css"));
        let css: String = sheets.map(|(_, file)| file.text.as_str()).collect();
        for used in css.split("var(--").skip(1) {
            let end = used.find([')', ',']).unwrap_or(used.len());
            let (token, rest) = used.split_at(end);
            let has_fallback = rest.starts_with(',');
            assert!(
                has_fallback || css.contains(&format!("--{token}:")),
                "nobody sets --{token}"
            );
        }
    }
}
