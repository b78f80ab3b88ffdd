//! Addresses of pages: they reach the browser's history, so they say nothing.

use zeroize::Zeroizing;

use super::{b64, derive, from_b64};

/// The key that turns routes into addresses, the same for all readers of a site.
#[derive(Clone)]
pub struct RouteKey(Zeroizing<[u8; 32]>);

impl RouteKey {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads it from a keyring.
    pub fn parse(text: &str) -> Option<Self> {
        from_b64(text).map(Self::new)
    }

    /// As keyrings hold it.
    pub fn to_text(&self) -> String {
        b64(&*self.0)
    }

    /// `#/…`, the address of a link within the site: `/people/ada` or `/people/ada#auth`.
    pub fn address(&self, link: &str) -> String {
        let link = link.strip_prefix('/').unwrap_or(link);
        let (route, anchor) = match link.split_once('#') {
            Some((route, anchor)) => (route, Some(anchor)),
            None => (link, None),
        };
        let page = format!("#/{}{}", self.part(subject(route)), self.part(route));
        match anchor {
            Some(anchor) => format!("{page}/{}", self.part(anchor)),
            None => page,
        }
    }

    fn part(&self, text: &str) -> String {
        let mut digest = b64(&derive::hmac(&*self.0, &[text.as_bytes()]));
        digest.truncate(8);
        digest
    }
}

/// The first two segments of routes about a person or a team, else the first.
fn subject(route: &str) -> &str {
    let segments = match route.split('/').next() {
        Some("people" | "team") => 2,
        _ => 1,
    };
    let end = route.match_indices('/').nth(segments - 1);
    end.map_or(route, |(at, _)| &route[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_a_route_is_a_person_a_team_or_its_first_segment() {
        assert_eq!(subject("people/ada/2026-h1"), "people/ada");
        assert_eq!(subject("team/grace"), "team/grace");
        assert_eq!(subject("people"), "people");
        assert_eq!(subject("rubric/ic/l4"), "rubric");
    }

    #[test]
    fn an_address_has_sixteen_characters_that_depend_on_the_key() {
        let key = RouteKey::new([7; 32]);
        let address = key.address("/people/ada/2026-h1#auth");
        assert_eq!(address.len(), 2 + 16 + 1 + 8);
        assert_eq!(address[..10], key.address("/people/ada")[..10]);
        assert_ne!(
            address,
            RouteKey::new([8; 32]).address("/people/ada/2026-h1#auth")
        );
    }
}
