//! `gradus import`: what was kept elsewhere becomes files of the tree.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::tree::import::{self, Became, Fate, Format, Import, ImportError, Imported, LevelsIn};
use crate::tree::source::{FILE_MAX_BYTES, RUBRICS};

use crate::cli::args;

use super::{Failure, Here, Message, shell};

/// The longest text that a line of the report shows, in characters.
const SHOWN_MAX_CHARS: usize = 60;

/// Runs one of the subcommands.
///
/// # Errors
///
/// The file holds nothing to import, or what it would become is there already.
pub fn run(here: &Here, args: &args::Import) -> Result<(), Failure> {
    match args {
        args::Import::Rubric(args) => rubric(here, args),
    }
}

fn rubric(here: &Here, args: &args::ImportRubric) -> Result<(), Failure> {
    let root = here.organisation()?;
    let bytes = read(&here.path(&args.file))?;
    let name = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let imported = import::rubric(&Import {
        bytes: &bytes,
        format: format(&args.file)?,
        levels_in: args.levels.map(|levels| match levels {
            args::LevelsIn::Columns => LevelsIn::Columns,
            args::LevelsIn::Rows => LevelsIn::Rows,
        }),
        track: args.track.as_deref(),
        name: &name,
    });
    let imported = imported.map_err(|error| failure(&args.file, &error))?;
    write(&root, &imported)?;
    if !here.quiet {
        shell::print(report(&imported.fates).as_bytes())?;
    }
    here.say_lines(&summary(&imported));
    Ok(())
}

fn format(file: &Path) -> Result<Format, Failure> {
    let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
    match ending.to_str() {
        Some("csv" | "tsv" | "txt") => Ok(Format::Csv),
        Some("md" | "markdown") => Ok(Format::Markdown),
        _ => {
            let message = Message::new(format!("`{}` is neither CSV nor markdown", file.display()));
            let help = "save the sheet as CSV (UTF-8); files end in `.csv` or `.md`";
            Err(Failure::Usage(message.help(help)))
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed =
        |error| Failure::environment(&format!("could not read `{}`", path.display()), error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(FILE_MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > FILE_MAX_BYTES {
        let message = format!("`{}` is larger than {FILE_MAX_BYTES} bytes", path.display());
        Err(Failure::Environment(Message::new(message)))
    } else {
        Ok(bytes)
    }
}

fn failure(file: &Path, error: &ImportError) -> Failure {
    let message = Message::new(format!("`{}` was not imported: {error}", file.display()));
    match error {
        ImportError::BadTrack(_) => {
            Failure::Usage(message.help("ids are lower-case letters, digits and `-`"))
        }
        ImportError::WhichWayRound => {
            Failure::Usage(message.help("say it with `--levels columns` or `--levels rows`"))
        }
        ImportError::NotUtf8 => Failure::Broken(message.help("save the sheet as CSV (UTF-8)")),
        ImportError::NoTable | ImportError::NoCells => Failure::Broken(
            message.help("levels are the headings of one side, competencies of the other"),
        ),
        ImportError::Csv(_) | ImportError::TooDeep { .. } => Failure::Broken(message),
    }
}

/// Writes the directory of the track at once, where there is none of that name.
fn write(root: &Path, imported: &Imported) -> Result<(), Failure> {
    let rubrics = root.join(RUBRICS);
    let target = rubrics.join(&imported.track);
    if target.symlink_metadata().is_ok() {
        let message = format!("`{RUBRICS}/{}` exists already", imported.track);
        let help = "nothing is overwritten; name another track with `--track ID`";
        return Err(Failure::Environment(Message::new(message).help(help)));
    }
    let written = || -> io::Result<()> {
        fs::create_dir_all(&rubrics)?;
        let unfinished = tempfile::Builder::new()
            .prefix(".gradus-")
            .tempdir_in(&rubrics)?;
        for file in &imported.files {
            fs::write(unfinished.path().join(&file.path), &file.text)?;
        }
        let mode = fs::metadata(&rubrics)?.permissions();
        fs::set_permissions(unfinished.path(), mode)?;
        fs::rename(unfinished.path(), &target)?;
        // It has its name now, so there is nothing to clear away.
        let _ = unfinished.keep();
        Ok(())
    };
    written().map_err(|error| {
        Failure::environment(&format!("could not write `{}`", target.display()), error)
    })
}

/// A line for each cell: where it stood, and what it became.
fn report(fates: &[Fate]) -> String {
    let widest = fates.iter().map(|fate| fate.at.chars().count()).max();
    let width = widest.unwrap_or(0);
    let mut text = String::new();
    for Fate { at, what } in fates {
        let became = match what {
            Became::Cell {
                level,
                competency,
                text,
            } => {
                format!("{level}.toml [cell.{competency}]  {}", shown(text))
            }
            Became::Heading { of, text } => format!("{of}  {}", shown(text)),
            Became::Left { why } => format!("left: {why}"),
        };
        let _ = writeln!(text, "{at:<width$}  {became}");
    }
    text
}

/// The beginning of a text, on one line and without what a terminal would take for commands.
fn shown(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: Vec<char> = line.chars().filter(|c| !c.is_control()).collect();
    let short: String = line.iter().take(SHOWN_MAX_CHARS).collect();
    if line.len() > SHOWN_MAX_CHARS {
        format!("{}…", short.trim_end())
    } else {
        short
    }
}

fn summary(imported: &Imported) -> String {
    let count =
        |is: fn(&Became) -> bool| imported.fates.iter().filter(|fate| is(&fate.what)).count();
    let cells = count(|what| matches!(what, Became::Cell { .. }));
    let left = count(|what| matches!(what, Became::Left { .. }));
    format!(
        "wrote {RUBRICS}/{}: {} levels, {cells} cells; {left} left\nread it through, then `gradus check`",
        imported.track,
        imported.files.len() - 1,
    )
}
