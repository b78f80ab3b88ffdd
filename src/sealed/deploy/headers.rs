//! What every answer of a host should say, in one place: configurations and the preview take it from here.

/// What a page of a site may load and run; its own `<meta>` says the same.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
    font-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'";

/// The same as a header, which can say besides that no page may frame it.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; \
    font-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'; frame-ancestors 'none'";

/// What a browser and a search engine are to keep to, whatever the file.
pub const HEADERS: [(&str, &str); 6] = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex, nofollow"),
];

/// For files below `assets/`, which are named by what they hold.
pub const CACHED_FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For all others: a copy may be kept, and is asked about before it is used.
pub const CACHED_IF_UNCHANGED: &str = "no-cache";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_policy_of_every_page_and_forbids_frames() {
        assert_eq!(POLICY, format!("{PAGE_POLICY}; frame-ancestors 'none'"));
        for page in [
            include_str!("../../../themes/default/shell.html"),
            include_str!("../../../themes/default/public.html"),
            include_str!("../../../viewer/preview.html"),
        ] {
            assert!(page.contains(&format!("content=\"{PAGE_POLICY}\"")));
        }
    }

    #[test]
    fn no_header_needs_to_be_escaped_where_it_is_written_down() {
        let values = HEADERS.iter().map(|(_, value)| *value);
        for value in values.chain([CACHED_FOR_EVER, CACHED_IF_UNCHANGED]) {
            assert!(!value.contains(['"', '\\', '$', '{', '`']), "{value}");
        }
    }
}
