//! The promotion packet as Markdown, to be copied into whatever a committee reads.

use super::packet::{Levels, Packet, PacketArea, PacketExpectation};
use super::proof::Proof;

/// The whole document.
pub(super) fn of(packet: &Packet) -> String {
    let mut lines = vec![
        format!("# Promotion packet: {}", escaped(&packet.name)),
        String::new(),
    ];
    lines.extend(head(packet));
    if packet.levels.is_some() {
        lines.extend([String::new(), "## Area by area".to_owned()]);
        lines.extend(packet.areas.iter().flat_map(area));
        lines.extend([
            String::new(),
            "## Expectations and what was shown".to_owned(),
        ]);
        lines.extend(packet.expectations.iter().flat_map(expectation));
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn head(packet: &Packet) -> Vec<String> {
    let levels = match &packet.levels {
        None => "- No level is set".to_owned(),
        Some(levels) => format!("- {}", level_words(levels)),
    };
    let team = packet
        .team
        .as_ref()
        .map(|team| format!("- Team: {}", escaped(team)));
    let manager = packet
        .manager
        .as_ref()
        .map(|name| format!("- Manager: {}", escaped(name)));
    let since = packet
        .since
        .as_ref()
        .map(|day| format!("- Evidence since {}", day.text));
    let lines = [Some(levels), team, manager, since];
    lines.into_iter().flatten().collect()
}

fn level_words(levels: &Levels) -> String {
    let next: Vec<&str> = levels
        .next
        .iter()
        .map(|level| level.label.as_str())
        .collect();
    let words = if next.is_empty() {
        format!(
            "{}, the highest level of {}",
            levels.held.label, levels.track
        )
    } else {
        format!(
            "From {} to {}, {}",
            levels.held.label,
            next.join(" or "),
            levels.track
        )
    };
    escaped(&words)
}

fn area(area: &PacketArea) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("### {}", escaped(&area.title)),
        String::new(),
    ];
    for ask in area.asks.iter().filter(|ask| !ask.plain.is_empty()) {
        lines.push(format!(
            "> {}: {}",
            escaped(&ask.level.label),
            escaped(&ask.plain)
        ));
    }
    lines.push(String::new());
    if let Some(now) = &area.now {
        lines.push(format!("- Last shared review: {}", escaped(&now.label)));
    }
    let named = area.expectations.iter();
    lines.extend(named.map(|link| format!("- Expectation: {}", escaped(&link.text))));
    lines.extend(area.proofs.iter().flat_map(proof));
    if area.all == 0 {
        lines.push("- No evidence yet".to_owned());
    }
    lines
}

fn expectation(one: &PacketExpectation) -> Vec<String> {
    let mut facts = vec![one.cycle.text.clone()];
    facts.extend(
        one.aims
            .as_ref()
            .map(|aims| format!("aims at {}", aims.label)),
    );
    facts.extend(one.mark.as_ref().map(|mark| mark.text.to_lowercase()));
    let mut lines = vec![
        String::new(),
        format!("### {}", escaped(&one.title)),
        String::new(),
        escaped(&facts.join(", ")),
        String::new(),
    ];
    if !one.competencies.is_empty() {
        lines.push(format!(
            "- Areas: {}",
            escaped(&one.competencies.join(", "))
        ));
    }
    lines.extend(
        one.plain_measure
            .as_ref()
            .map(|text| format!("- Measure: {}", escaped(text))),
    );
    lines.extend(one.proofs.iter().flat_map(proof));
    lines
}

fn proof(proof: &Proof) -> Vec<String> {
    let by = proof
        .by
        .as_ref()
        .map(|by| format!(", {by}"))
        .unwrap_or_default();
    let text = escaped(&proof.plain);
    let day = &proof.when.day.text;
    let mut lines = vec![format!(
        "- {}: {text} ({day}{})",
        proof.mark.text,
        escaped(&by)
    )];
    lines.extend(
        proof
            .plain_why
            .as_ref()
            .map(|why| format!("  - {}", escaped(why))),
    );
    lines.extend(proof.links.iter().map(|link| match &link.href {
        Some(href) => format!("  - <{href}>"),
        None => format!("  - {}", escaped(&link.text)),
    }));
    lines
}

/// Words in one line that no reader of Markdown takes for markup.
fn escaped(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' => text.extend(['\\', c]),
            '\n' | '\r' => text.push(' '),
            c => text.push(c),
        }
    }
    text
}
