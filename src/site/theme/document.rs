//! What the whole documents of a theme must hold, and must not: the lock page, and public rubrics.
//!
//! They are read as a browser reads them: what stands in a comment does not count, however a tag is written does not matter.

use super::super::tree::{Found, elements};

/// Parts of the content security policy without which a page could run or load what is not the program's.
const POLICY: [&str; 4] = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
];

/// What a policy must never say: the whole page could run what stands in it.
const UNSAFE: [&str; 3] = ["'unsafe-", "*", "data:"];

/// The one part that may say `data:`: a picture runs nothing.
const PICTURES: &str = "img-src ";

/// Elements that run, load or submit something, or lead elsewhere. Browsers leave most of them out for the policy's sake,
/// but not before some have called the host that is named.
const REFUSED: [&str; 18] = [
    "style",
    "base",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "portal",
    "fencedframe",
    "video",
    "audio",
    "source",
    "track",
    "use",
    "foreignObject",
    "animate",
    "set",
];

/// Attributes that load or lead; elsewhere than within the site they may not.
const ADDRESSES: [&str; 9] = [
    "href",
    "src",
    "srcset",
    "action",
    "formaction",
    "ping",
    "background",
    "poster",
    "xlink:href",
];

/// What is wrong with a document, in words that follow its name; nothing where it is in order.
pub(super) fn fault(html: &str, needs: &[&str]) -> Option<String> {
    let found = [true, false].map(|scripting| elements(html, scripting));
    let lacks = found
        .iter()
        .find_map(|elements| lacking(elements, html, needs));
    lacks.or_else(|| found.iter().flatten().find_map(refused))
}

fn lacking(elements: &[Found], html: &str, needs: &[&str]) -> Option<String> {
    let policies = elements.iter().filter(|element| is_policy(element));
    let policy = policies.filter_map(|policy| policy.get("content")).next();
    let Some(policy) = policy else {
        return Some("lacks the content security policy".to_owned());
    };
    if let Some(part) = POLICY.iter().find(|part| !policy.contains(**part)) {
        return Some(format!("lacks `{part}` in its content security policy"));
    }
    if let Some(part) = UNSAFE.iter().find(|part| allows(policy, part)) {
        return Some(format!("allows `{part}` in its content security policy"));
    }
    if !comes_first(elements) {
        return Some("loads something before its content security policy".to_owned());
    }
    let need = needs.iter().find(|need| !html.contains(**need))?;
    Some(format!("lacks `{need}`, without which nothing opens"))
}

fn allows(policy: &str, unsafe_part: &str) -> bool {
    let mut parts = policy.split(';').map(str::trim_start);
    parts.any(|part| {
        let is_harmless = unsafe_part == "data:" && part.starts_with(PICTURES);
        part.contains(unsafe_part) && !is_harmless
    })
}

fn is_policy(element: &Found) -> bool {
    let kind = element.get("http-equiv").unwrap_or_default();
    element.name == "meta" && kind.eq_ignore_ascii_case("content-security-policy")
}

/// Whether the policy stands before everything that it is there for.
fn comes_first(elements: &[Found]) -> bool {
    let at = |is: &dyn Fn(&Found) -> bool| elements.iter().position(is);
    let loads = |element: &Found| matches!(&*element.name, "script" | "link" | "body");
    at(&is_policy) < at(&loads)
}

/// What a browser should not find there.
fn refused(element: &Found) -> Option<String> {
    let name = &*element.name;
    let attribute = element
        .attributes
        .iter()
        .find(|(of, value)| is_refused(name, of, value));
    let moves = name == "meta" && element.get("http-equiv").is_some() && !is_policy(element);
    let inline = name == "script" && element.get("src").is_none();
    let what = match attribute {
        Some((of, value)) => format!("{of}=\"{value}\""),
        None if moves || inline || REFUSED.contains(&name) => format!("<{name}>"),
        None => return None,
    };
    Some(format!("holds `{what}`, which its policy refuses"))
}

fn is_refused(element: &str, name: &str, value: &str) -> bool {
    let runs = name.starts_with("on") || matches!(name, "style" | "srcdoc");
    runs || (ADDRESSES.contains(&name) && leads_away(element, value))
}

/// Whether an address is of another host, or none at all. Links that a reader follows may lead anywhere on the web.
fn leads_away(element: &str, address: &str) -> bool {
    let address = address
        .trim_start_matches(|c: char| c <= ' ')
        .to_ascii_lowercase();
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let scheme = address
        .find(':')
        .is_some_and(|at| !address[..at].contains(['/', '?', '#']));
    match element {
        "a" => scheme && !is_web && !address.starts_with("mailto:"),
        _ => {
            scheme
                || address.starts_with("//")
                || address.starts_with('\\')
                || address.starts_with("/\\")
        }
    }
}
