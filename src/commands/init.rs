//! `gradus init`: a tree that builds at once. It never overwrites.

use std::path::Path;

use gradus::acceptance;
use gradus::deploy::{self, Forge};
use gradus::scaffold::{self, Beginning, NewFile};
use gradus::schema;

use crate::cli::{self, CiForge, Template};

use super::tree_files::Tree;
use super::{Failure, Here, MARKER, Message, keys, loaded};

/// Writes the beginning of an organisation, with a site key.
///
/// # Errors
///
/// There is an organisation already, or a file that would be overwritten.
pub fn run(here: &Here, args: &cli::Init) -> Result<(), Failure> {
    let root = here.path(&args.target);
    let shown = args.target.display();
    let mut files = scaffold::beginning(kind(args.template), here.today);
    files.extend(args.ci.map(pipeline));
    if let Some(taken) = files.iter().find(|file| root.join(&file.path).exists()) {
        let message = Message::new(format!("`{}` is already in `{shown}`", taken.path));
        let help = "choose an empty directory: `gradus init DIR`; nothing was written";
        return Err(Failure::Environment(message.help(help)));
    }
    let tree = Tree::begin(&root);
    for file in &files {
        let path = tree.add_one(file)?;
        here.say(&format!("wrote {path}"));
    }
    let editors = schema::editor_files().into_iter();
    let editors: Vec<NewFile> = editors.map(|(path, text)| NewFile { path, text }).collect();
    tree.add(&editors)?;
    here.say("wrote .taplo.toml and .taplo/, by which editors complete and explain keys");
    keys::make_site_key(here, &root)?;
    accept(here, &root)?;
    here.say(&next_steps(args));
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
    }
}

fn pipeline(forge: CiForge) -> NewFile {
    let forge = match forge {
        CiForge::Gitlab => Forge::Gitlab,
        CiForge::Github => Forge::Github,
    };
    NewFile {
        path: forge.pipeline_path().to_owned(),
        text: deploy::pipeline(forge),
    }
}

fn next_steps(args: &cli::Init) -> String {
    let is_here = args.target.as_path() == Path::new(".");
    let (gradus, within) = match is_here {
        true => ("gradus".to_owned(), String::new()),
        false => {
            let directory = args.target.display();
            (format!("gradus -C {directory}"), format!("{directory}/"))
        }
    };
    let accept = format!("{gradus} access --accept # lets the new key read\n  ");
    let key = match args.template {
        Template::Team => format!(
            "{gradus} keys new sam   # an identity for sam; edit people/ first if you like\n  {accept}"
        ),
        Template::Solo => format!("{gradus} keys new me    # your identity\n  {accept}"),
        Template::Rubric => String::new(),
    };
    format!(
        "\nnext:\n  {key}{gradus} check\n  {gradus} build           # writes {within}public\nedit `{within}{MARKER}` for the name and who reads what"
    )
}
