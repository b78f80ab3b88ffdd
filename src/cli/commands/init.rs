//! `gradus init`: a tree that builds at once. It never overwrites.

use crate::ground::visible;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::build::acceptance;
use crate::tree::scaffold::{self, Beginning, NewFile};
use crate::tree::schema;
use visible::visible;

use crate::cli::args::{self, Template};

use super::ci::Pipeline;
use super::tree_files::Tree;
use super::{Failure, Here, MARKER, Message, keys, loaded};

/// What git leaves alone; a repository may well have such a list already.
const IGNORED: &str = ".gitignore";

/// Writes the beginning of an organisation, with a site key.
///
/// # Errors
///
/// There is an organisation already, or a file that would be overwritten.
pub fn run(here: &Here, args: &args::Init) -> Result<(), Failure> {
    let root = here.path(&args.target);
    let shown = args.target.display();
    let mut files = scaffold::beginning(kind(args.template), here.today);
    let pipeline = args
        .ci
        .map(|forge| Pipeline::of(forge, &root))
        .transpose()?;
    let ignored = root.join(IGNORED).exists();
    if ignored {
        files.retain(|file| file.path != IGNORED);
    }
    if let Some(taken) = files.iter().find(|file| root.join(&file.path).exists()) {
        let message = Message::new(format!("`{}` is already in `{shown}`", taken.path));
        let help = match args.ci {
            None => "choose an empty directory: `gradus init DIR`; nothing was written",
            Some(_) => {
                "for a tree that is there, `gradus build --deploy` writes the pipeline; nothing was written"
            }
        };
        return Err(Failure::Environment(message.help(help)));
    }
    pipeline.iter().try_for_each(Pipeline::refuse_taken)?;
    let tree = Tree::begin(&root);
    for file in &files {
        let path = tree.add_one(file)?;
        here.say(&format!("wrote {path}"));
    }
    pipeline
        .iter()
        .try_for_each(|pipeline| pipeline.write(here))?;
    if ignored {
        ignore_too(here, &root.join(IGNORED))?;
    }
    let editors = schema::editor_files().into_iter();
    let editors: Vec<NewFile> = editors.map(|(path, text)| NewFile { path, text }).collect();
    tree.add(&editors)?;
    here.say("wrote .taplo.toml and .taplo/, by which editors complete and explain keys");
    keys::make_site_key(here, &root)?;
    accept(here, &root)?;
    here.say_lines(&next_steps(args));
    if let Some(pipeline) = &pipeline {
        here.say_lines(&pipeline.next_steps(&args.target));
    }
    Ok(())
}

/// Accepts who reads what, as long as that is nobody but those who were asked for.
fn accept(here: &Here, root: &Path) -> Result<(), Failure> {
    let Some(acceptance) = loaded(here, root)?.acceptance else {
        return Err(Failure::Content); // a beginning is valid; what lies around it may not be
    };
    acceptance::accept(root, &acceptance.present)
        .map_err(|e| Failure::environment("could not write `access.lock`", e))?;
    here.say("wrote access.lock, which holds who reads what as it was accepted");
    Ok(())
}

fn kind(template: Template) -> Beginning {
    match template {
        Template::Team => Beginning::Team,
        Template::Solo => Beginning::Solo,
        Template::Rubric => Beginning::Rubric,
        Template::Empty => Beginning::Empty,
    }
}

/// Adds what must never be committed to a list that is there already.
fn ignore_too(here: &Here, path: &Path) -> Result<(), Failure> {
    let failed = |e| Failure::environment(&format!("could not add to `{}`", path.display()), e);
    let there = fs::read_to_string(path).map_err(failed)?;
    let missing = scaffold::ignored_beside(&there);
    if missing.is_empty() {
        return Ok(());
    }
    let mut file = OpenOptions::new().append(true).open(path).map_err(failed)?;
    file.write_all(missing.as_bytes()).map_err(failed)?;
    here.say(&format!(
        "added to {IGNORED} what must not be committed: the site, its key, and identities"
    ));
    Ok(())
}

/// What somebody does to see something, in the order in which it works.
fn next_steps(args: &args::Init) -> String {
    let is_here = args.target.as_path() == Path::new(".");
    let directory = visible(&args.target.display().to_string());
    let (gradus, within) = if is_here {
        ("gradus".to_owned(), String::new())
    } else {
        (format!("gradus -C {directory}"), format!("{directory}/"))
    };
    let open = format!("open {within}public/index.html, and unlock it with that file");
    let see = match args.template {
        Template::Team => "serve --as sam --open",
        Template::Solo | Template::Rubric | Template::Empty => "serve --open",
    };
    let mut steps = vec![(
        see,
        "the pages while you write, as anyone in it sees them".to_owned(),
    )];
    let accept = ("access --accept", "lets the new keys read".to_owned());
    match args.template {
        Template::Team => steps.extend([
            (
                "keys new alex",
                format!("an identity for the lead: {within}alex.key.txt"),
            ),
            ("keys new sam", "one for the engineer".to_owned()),
            accept,
            ("build --portable", open),
        ]),
        Template::Solo => steps.extend([
            ("keys new me", format!("your identity: {within}me.key.txt")),
            accept,
            ("build --portable", open),
        ]),
        Template::Rubric => steps.push(("build", format!("writes {within}public, for any host"))),
        Template::Empty => {
            let own = [
                ("import rubric FILE", "your levels, from CSV or markdown"),
                ("new person ID --name NAME", "for each of you"),
                ("new cycle ID", "such as 2027-h1: everyone's drafts"),
                ("keys new ID", "an identity for each, which may read"),
            ];
            let own = own.map(|(step, what)| (step, what.to_owned()));
            steps.splice(..0, own);
            steps.push(accept);
        }
    }
    let width = steps.iter().map(|(step, _)| step.len()).max().unwrap_or(0);
    let lines = steps
        .iter()
        .map(|(step, what)| format!("  {gradus} {step:width$}  # {what}\n"));
    let lines: String = lines.collect();
    let further = match args.template {
        Template::Empty => String::new(),
        Template::Rubric => format!(", and `{within}rubrics/` for what each level asks"),
        Template::Team | Template::Solo => format!(", and `{within}people/` for the people"),
    };
    format!("\nnext:\n{lines}edit `{within}{MARKER}` for the name{further}")
}
