//! Public rubrics: the rubric's pages as plain HTML that needs neither key nor script.
//!
//! They are drawn from a copy of what everyone may know that holds the public tracks and nothing else, so that
//! what is not public cannot get in: no names, no cycles, no other track, nothing for managers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assets::{Assets, RubricLink};
use super::context::Context;
use super::html::Html;
use super::theme::{Theme, ThemeError};
use super::tree;
use super::view::rubric::{self, Edition};
use crate::domain::model::*;
use crate::ground::document::Contract;

/// The public rubrics that there are, for the lock page; by id.
pub fn public_rubrics(commons: &Commons) -> Vec<RubricLink> {
    let public = rubric::tracks(&commons.rubric).filter(|track| track.public);
    let link = |track: &Track| RubricLink {
        title: track.title.clone(),
        href: format!("rubric/{}/index.html", track.id),
    };
    public.map(link).collect()
}

/// The pages of all public tracks, each as `<its route>/index.html`: `rubric/index.html`, `rubric/<track>/index.html`, …. Empty where no track is public.
///
/// # Errors
/// Whatever is wrong with the theme.
pub fn public_rubric_files(
    commons: &Commons,
    theme: &Theme,
    assets: &Assets,
) -> Result<Vec<PlainFile>, ThemeError> {
    let public = public_only(commons);
    if rubric::tracks(&public.rubric).next().is_none() {
        return Ok(Vec::new());
    }
    let ctx = Context::new(
        &public,
        theme,
        &SectionId::new("public"),
        Default::default(),
    );
    let parts = rubric::parts(&ctx, Edition::Public)?;
    let file = |part: PagePart| page(&public.public_title, theme, assets, part);
    parts.into_iter().map(file).collect()
}

/// What everyone may know, cut down to what anyone may.
fn public_only(commons: &Commons) -> Commons {
    Commons {
        name: commons.public_title.clone(),
        public_title: commons.public_title.clone(),
        as_of: commons.as_of,
        ratings: commons.ratings.clone(),
        cycles: Vec::new(),
        rubric: open_rubric(&commons.rubric),
        pinned: open_versions(commons),
        names: BTreeMap::new(),
    }
}

/// The pinned versions with the tracks that are public there, named by their order and nothing else.
fn open_versions(commons: &Commons) -> BTreeMap<String, Rubric> {
    let mut pins: Vec<&String> = Vec::new();
    for pin in commons
        .cycles
        .iter()
        .filter_map(|cycle| cycle.rubric.as_ref())
    {
        if !pins.contains(&pin) {
            pins.push(pin);
        }
    }
    let pinned = pins.into_iter().filter_map(|pin| commons.pinned.get(pin));
    let open = pinned
        .map(open_rubric)
        .filter(|rubric| !rubric.tracks.is_empty());
    let named = open.enumerate();
    named
        .map(|(at, rubric)| (format!("Version {:02}", at + 1), rubric))
        .collect()
}

fn open_rubric(rubric: &Rubric) -> Rubric {
    let public = rubric.tracks.iter().filter(|(_, track)| track.public);
    Rubric {
        tracks: public
            .map(|(id, track)| (id.clone(), open_track(track)))
            .collect(),
    }
}

fn open_track(track: &Track) -> Track {
    let mut track = track.clone();
    for level in &mut track.levels {
        level.sections.retain(|section| !section.managers_only);
    }
    track
}

/// `public.html`.
#[derive(Debug, Serialize)]
struct PublicView<'a> {
    title: &'a str,
    /// What the lock page says.
    site: &'a str,
    lang: &'a str,
    /// The lock page, relative to this one; so are `style` and `icon`.
    home: String,
    style: String,
    icon: String,
    places: Vec<Place>,
    body: Html,
}

/// A section of the page.
#[derive(Debug, Serialize)]
struct Place {
    id: String,
    title: String,
}

fn page(
    site: &str,
    theme: &Theme,
    assets: &Assets,
    part: PagePart,
) -> Result<PlainFile, ThemeError> {
    let up = "../".repeat(part.route.split('/').count());
    let mut body = part.tree.node();
    relative_links(&mut body, &up);
    let mut places = Vec::new();
    find_places(&body, &mut places);
    let view = PublicView {
        title: &part.title,
        site,
        lang: super::LANGUAGE,
        home: format!("{up}index.html"),
        style: format!("{up}{}", assets.style_path),
        icon: format!("{up}{}", assets.icon_path),
        places,
        body: tree::to_html(&body),
    };
    let contract = Contract {
        needs: &[],
        loads: &|address| address == view.style,
    };
    Ok(PlainFile {
        path: format!("{}/index.html", part.route),
        bytes: theme
            .render_document("public.html", &view, &contract)?
            .into_bytes(),
    })
}

/// Makes `/rubric/ic#x` a link that works at any address, from disk too: `../../rubric/ic/index.html#x`.
fn relative_links(tree: &mut Node, up: &str) {
    let Node::Element(element) = tree else {
        return;
    };
    if let Some(href) = element.attributes.get_mut("href")
        && let Some(route) = href.strip_prefix('/')
    {
        let (route, anchor) = route.split_at(route.find('#').unwrap_or(route.len()));
        *href = format!("{up}{route}/index.html{anchor}");
    }
    for child in &mut element.children {
        relative_links(child, up);
    }
}

/// Sections that name themselves: those with an id whose first heading is an `h2`.
fn find_places(tree: &Node, places: &mut Vec<Place>) {
    let Node::Element(element) = tree else {
        return;
    };
    if element.name == "h2"
        && let Some(id) = element.attributes.get("id")
    {
        places.push(Place {
            id: id.clone(),
            title: words(tree),
        });
    }
    for child in &element.children {
        find_places(child, places);
    }
}

fn words(tree: &Node) -> String {
    match tree {
        Node::Text(text) => text.clone(),
        Node::Element(element) => element.children.iter().map(words).collect(),
    }
}
