//! `gradus serve`: the preview on loopback, until Ctrl-C.

use crate::ground::visible;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use crate::domain::model::PersonId;
use crate::ground::diag::did_you_mean;
use crate::serve::answer::{Answerer, InitialReader};
use crate::serve::preview_state::PreviewState;
use crate::serve::rebuild::{self, Turn};
use crate::serve::server::Server;
use crate::serve::watch::{News, Notice, Watch};
use crate::serve::{Preview, Reader, RunSecret, Trouble};
use crate::tree::source::Given;

use crate::cli::args;

use super::{Failure, Here, Message, closed_sources, link};

/// What `--as` calls the locked page.
const NOBODY: &str = "nobody";

/// Changed files that a line names.
const NAMED_MAX: usize = 2;

/// Serves until it is told to end.
///
/// # Errors
///
/// There is no organisation, nobody of the wanted id, no such port to be had, or a sealed file that is not opened. Mistakes in the tree are none: the
/// page shows them.
pub fn run(here: &Here, args: &args::Serve) -> Result<(), Failure> {
    let root = here.organisation()?;
    let run = RunSecret::generate();
    let (listeners, auth) = link::listen(&args.listening, run.clone())?;
    let given = here.given()?;
    let (news, told) = channel();
    let is_serving = Arc::new(AtomicBool::new(false));
    end_on_signal(news.clone(), &is_serving)?;
    let watch = watch(here, (root.clone(), given.clone()), news)?;
    let state = Arc::new(PreviewState::default());
    let mut preview = Preview::new(root.clone(), here.today, run.clone()).with_given(given);
    let mut reporter = Reporter::new(here, &root);
    rebuild::refresh(&mut preview, &BTreeSet::new(), &state, &mut |turn| {
        reporter.first(turn);
    });
    let closed = preview.closed();
    if !closed.is_empty() {
        return Err(closed_sources(&closed));
    }
    let answerer = Answerer {
        auth: Arc::clone(&auth),
        run,
        state: Arc::clone(&state),
        initial_reader: initial_reader(args, &state)?,
        today: here.today,
    };
    is_serving.store(true, Ordering::SeqCst);
    let server = Server::start(listeners, answerer).map_err(link::no_server)?;
    link::show(here, &args.listening, &auth, "preview at");
    reporter.begin();
    rebuild::until_the_end(&mut preview, &told, &state, &super::today, &mut |turn| {
        reporter.next(turn);
    });
    drop(server);
    drop(watch);
    Ok(())
}

/// A signal ends the loop. Before there is one, while the first site is drawn, nobody is served and nothing is on the
/// disk: it ends the program then.
fn end_on_signal(news: Sender<News>, is_serving: &Arc<AtomicBool>) -> Result<(), Failure> {
    let is_serving = Arc::clone(is_serving);
    let end = move || {
        if !is_serving.load(Ordering::SeqCst) {
            std::process::exit(0);
        }
        let _ = news.send(News::End); // it has ended already
    };
    ctrlc::set_handler(end)
        .map_err(|error| Failure::environment("could not listen for Ctrl-C", error))
}

fn watch(here: &Here, tree: (PathBuf, Given), news: Sender<News>) -> Result<Watch, Failure> {
    let quiet = here.quiet;
    let on_unwatched = move |why: String| {
        if !quiet {
            anstream::eprintln!(
                "the system tells of no changes ({}): files are looked at every few seconds instead",
                visible::visible(&why)
            );
        }
    };
    Watch::start(tree, news, Notice::ReportedAndSeen, Box::new(on_unwatched))
        .map_err(link::no_server)
}

/// Whom the preview begins as. In a broken tree, whoever is named is taken at their word.
fn initial_reader(args: &args::Serve, state: &PreviewState) -> Result<InitialReader, Failure> {
    let Some(named) = args.reader.as_deref() else {
        return Ok(InitialReader::Widest);
    };
    if named == NOBODY {
        return Ok(InitialReader::Nobody);
    }
    let shown = state.shown();
    let readers = shown
        .generation
        .as_ref()
        .map(|generation| &*generation.readers);
    match (PersonId::new(named), readers) {
        (Some(id), None) => Ok(InitialReader::Person(id)),
        (Some(id), Some(readers)) if readers.iter().any(|reader| reader.id == id) => {
            Ok(InitialReader::Person(id))
        }
        (_, readers) => Err(nobody_of(named, readers.unwrap_or_default())),
    }
}

fn nobody_of(named: &str, readers: &[Reader]) -> Failure {
    let known = readers.iter().map(|reader| reader.id.as_str());
    let message = Message::new(format!("`{named}` is nobody who reads here"));
    let near = did_you_mean(named, known.chain([NOBODY]));
    let help = near.unwrap_or_else(|| {
        format!("`--as` takes a folder of `people/`, or `{NOBODY}` for the locked page")
    });
    Failure::Usage(message.help(help))
}

/// Says on the terminal what the preview does.
struct Reporter<'h> {
    here: &'h Here,
    /// As paths of changes begin.
    root: PathBuf,
    was_broken: bool,
}

impl<'h> Reporter<'h> {
    fn new(here: &'h Here, root: &Path) -> Self {
        Self {
            here,
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            was_broken: false,
        }
    }

    /// Before the server runs.
    fn first(&mut self, turn: &Turn) {
        self.was_broken = turn.refreshed.is_broken();
        if self.was_broken {
            complain(self.here, turn)
        } else {
            self.here.say(&figures(turn))
        }
    }

    fn begin(&self) {
        self.here.say(link::WORKS_ONCE);
        self.here
            .say("gradus rebuilds the preview when a file changes; Ctrl-C ends it");
    }

    /// After a change. Where nothing came of it there is nothing to say.
    fn next(&mut self, turn: &Turn) {
        let was_broken = std::mem::replace(&mut self.was_broken, turn.refreshed.is_broken());
        let what = self.what_changed(turn.changed);
        if turn.refreshed.is_broken() {
            complain(self.here, turn);
            self.here.say(&format!(
                "{what}: the page shows what is wrong, above the last good site"
            ));
        } else if turn.refreshed.generation.is_some() {
            self.here.say(&format!("{what}: {}", figures(turn)));
        } else if was_broken {
            self.here.say(&format!("{what}: mended, {}", figures(turn)));
        }
    }

    fn what_changed(&self, changed: &BTreeSet<PathBuf>) -> String {
        if changed.is_empty() {
            "another day".to_owned()
        } else {
            named(&self.root, changed)
        }
    }
}

/// The paths that changed, as a person knows them.
fn named(root: &Path, paths: &BTreeSet<PathBuf>) -> String {
    // A folder changes with what lies in it, which is right behind it.
    let mut following = paths.iter().skip(1);
    let is_last_of_its_kind =
        |path: &&PathBuf| following.next().is_none_or(|next| !next.starts_with(path));
    let files: Vec<&PathBuf> = paths.iter().filter(is_last_of_its_kind).collect();
    if files.len() > NAMED_MAX {
        return format!("{} files", files.len());
    }
    if files.iter().all(|path| is_of_git(path)) {
        return "another commit".to_owned();
    }
    let shown = files.iter().map(|path| {
        let path = path.strip_prefix(root).unwrap_or(path);
        visible::visible(&path.to_string_lossy())
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn is_of_git(path: &Path) -> bool {
    path.iter().any(|part| part == ".git")
}

fn figures(turn: &Turn) -> String {
    let made = turn.refreshed.figures;
    let warnings = match turn.refreshed.warnings() {
        0 => String::new(),
        1 => ", 1 warning".to_owned(),
        more => format!(", {more} warnings"),
    };
    format!(
        "{} pages drawn in {} of {} sections, {} files written, {} ms{warnings}",
        made.pages,
        made.drawn,
        made.sections,
        made.written,
        turn.took.as_millis()
    )
}

/// Draws what is wrong as `gradus check` does.
fn complain(here: &Here, turn: &Turn) {
    if turn.refreshed.report.has_errors() {
        here.print_report(&turn.refreshed.report);
    }
    if let Some(trouble) = &turn.refreshed.trouble {
        message(trouble).print();
    }
}

fn message(trouble: &Trouble) -> Message {
    Message {
        causes: trouble.causes.clone(),
        ..Message::new(trouble.message.clone())
            .with_lines()
            .maybe_help(trouble.help.clone())
    }
}
