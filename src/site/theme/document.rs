//! What the whole documents of a theme must hold: the lock page, and public rubrics.

/// Parts of the content security policy without which a page could run or load what is not the program's.
const POLICY: [&str; 4] = [
    "http-equiv=\"Content-Security-Policy\"",
    "default-src 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
];

/// What the policy refuses, and browsers then leave out without a word.
const REFUSED: [&str; 4] = [" style=\"", "<style", " onclick=\"", "<script>"];

/// What is wrong with a document, in words that follow its name; nothing where it is in order. What is refused is
/// looked for in its template alone: what an author wrote stands in the document as text, whatever it says.
pub(super) fn fault(template: &str, html: &str, needs: &[&str]) -> Option<String> {
    if let Some(part) = POLICY.iter().find(|part| !html.contains(**part)) {
        return Some(format!("lacks `{part}` of the content security policy"));
    }
    if let Some(need) = needs.iter().find(|need| !html.contains(**need)) {
        return Some(format!("lacks `{need}`, without which nothing opens"));
    }
    let refused = REFUSED.iter().find(|part| template.contains(**part))?;
    Some(format!(
        "holds `{}`, which its policy refuses",
        refused.trim()
    ))
}
