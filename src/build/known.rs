//! What this program, and an organisation where there is one, can tell of a published site.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::pipeline::{self, BuildError};
use crate::domain::access;
use crate::domain::model::{Date, KeyKind, Organisation, PlainFile, Reach};
use crate::sealed::portable;
use crate::sealed::verify::{LeakTerms, Release};
use crate::site::{self, Theme};
use crate::tree::check::Checker;
use crate::tree::source::{self, FileKind, Given, LoadError, PersonFile, Source, SourceFile};

/// Directories that hold what is said about people; what else there is may be public.
const ABOUT_PEOPLE: [&str; 2] = ["people/", "management/"];

/// What stands in an organisation's files, as far as a site can be held against it.
#[derive(Debug)]
pub struct Tree {
    /// What a build of it writes beside what it seals; nothing where the tree has errors, or the theme fails.
    pub release: Option<Release>,
    /// Its words that must not be there in clear.
    pub leak_terms: LeakTerms,
    /// Sealed sources that were not opened, whose words are not known.
    pub closed: usize,
}

impl Tree {
    /// Reads an organisation.
    ///
    /// # Errors
    /// It is none, or cannot be read at all. Mistakes in it are no errors here.
    pub fn load(root: &Path, given: &Given, today: Date) -> Result<Self, LoadError> {
        let source = source::load_with(root, given)?;
        let checked = Checker::default().check(&source);
        let organisation = checked.organisation.as_ref();
        let plain = organisation.and_then(|org| plain_files(root, org, today).ok());
        let published = organisation.map(|org| org.static_files.clone());
        let release = plain.map(|plain| release().with_build(plain, published.unwrap_or_default()));
        Ok(Self {
            leak_terms: leak_terms(&source, organisation, release.as_ref()),
            release,
            closed: source.unopened().count(),
        })
    }
}

/// The viewer as this program writes it.
pub fn release() -> Release {
    let theme = own_theme();
    let scripts = scripts().into_iter().filter_map(|script| {
        let assets = site::assets(&theme, &script);
        let path = assets.script_path;
        assets.files.into_iter().find(|file| file.path == path)
    });
    Release::of_scripts(scripts.collect())
}

/// How this program's own theme looks, for pages without a site.
pub fn style() -> String {
    let assets = site::assets(&own_theme(), &[]);
    let mut files = assets.files.into_iter();
    let style = files.find(|file| file.path == assets.style_path);
    let bytes = style.map(|file| file.bytes).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The viewer's scripts: for either kind of keys, and for sites that open from disk too.
fn scripts() -> Vec<Vec<u8>> {
    let kinds = [KeyKind::X25519, KeyKind::Hybrid].map(pipeline::viewer);
    let portable = kinds.map(portable::viewer);
    let hosted = kinds.map(<[u8]>::to_vec);
    hosted.into_iter().chain(portable).collect()
}

fn own_theme() -> Theme {
    // The templates are part of the program, and its tests render all of them.
    Theme::new(BTreeMap::new()).expect("the program's own theme is in order")
}

fn plain_files(root: &Path, org: &Organisation, today: Date) -> Result<Vec<PlainFile>, BuildError> {
    let theme = pipeline::theme(root, org)?;
    let commons = access::commons(org, org.as_of.unwrap_or(today));
    let within = |reach| pipeline::plain_files_within(reach, org, &commons, &theme);
    let mut files = within(Reach::Web)?;
    files.extend(within(Reach::Disk).unwrap_or_default()); // a theme need not open from there
    files.retain(|file| !org.static_files.contains_key(&file.path));
    Ok(files)
}

fn leak_terms(source: &Source, org: Option<&Organisation>, release: Option<&Release>) -> LeakTerms {
    let own = self::release();
    let signer = org.and_then(|org| org.seal.signer.as_deref());
    let title = org.map(|org| org.public_title.as_str());
    let said = [signer, title].into_iter().flatten().map(str::as_bytes);
    let public: Vec<&[u8]> = release.unwrap_or(&own).files().chain(said).collect();
    let people = ABOUT_PEOPLE.map(|directory| source.shown(directory));
    let counts = |path: &str| {
        release.is_some()
            || people
                .iter()
                .any(|directory| path.starts_with(directory.as_str()))
    };
    // Pictures hold the words that the site's own icon does.
    let texts = source.texts.iter();
    let texts = texts.filter(|(path, _)| counts(path) && !path.contains("/files/"));
    let names = names(org);
    let words = LeakTerms::new(
        texts.map(|(path, text)| (path, &**text)),
        names.iter().map(|(path, name)| (path, name.as_str())),
        &public,
    );
    words.with_files(source.files.iter().filter_map(whole))
}

/// A file and its bytes; nothing for logins, which a site publishes as they are.
fn whole<'s>((kind, file): (&FileKind, &'s SourceFile)) -> Option<(&'s Arc<str>, &'s [u8])> {
    let login = PersonFile::Login;
    if matches!(kind, FileKind::Person { file, .. } if *file == login) {
        return None;
    }
    let text = file.text().map(|text| text.as_bytes());
    let bytes = text.or_else(|| file.bytes().map(|bytes| &**bytes))?;
    Some((&file.path, bytes))
}

/// What people are called, with the file that says so.
fn names(org: Option<&Organisation>) -> Vec<(Arc<str>, String)> {
    let people = org.into_iter().flat_map(|org| org.people.values());
    let names = people.flat_map(|person| {
        let path: Arc<str> = format!("people/{}/person.toml", person.id).into();
        let names = [
            person.name.as_str(),
            person.login.as_str(),
            person.id.as_str(),
        ];
        names.map(|name| (path.clone(), name.to_owned()))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_viewer_is_known_without_a_tree() {
        let release = release();
        let known = scripts();
        let assets = known
            .iter()
            .map(|script| site::assets(&own_theme(), script));
        let paths: Vec<String> = assets.map(|assets| assets.script_path).collect();
        assert_eq!(paths.len(), 4);
        for (path, script) in paths.iter().zip(&known) {
            assert!(path.starts_with("assets/viewer."));
            assert!(release.is_script(path) && release.holds(path, script));
            assert_eq!(release.compare(path, script), None);
        }
        let other = release.compare("assets/viewer.0123456789abcdef.js", b"");
        assert_eq!(other.unwrap().code, "viewer");
        let style = release.compare("assets/theme.0123456789abcdef.css", b"");
        assert_eq!(style, None);
    }
}
