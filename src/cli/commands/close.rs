//! `gradus close`: the figures of a cycle, counted once.

use crate::tree::scaffold;

use crate::cli::args::Close;

use super::tree_files::Tree;
use super::{Failure, Here, checked};

/// Counts, and writes the file. A file that stays as it is, is no failure.
///
/// # Errors
///
/// The tree has errors, there is no such cycle, its day is not over, or the file cannot be written.
pub fn run(here: &Here, args: &Close) -> Result<(), Failure> {
    let root = here.organisation()?;
    let org = checked(here, &root)?;
    let day = org.as_of.unwrap_or(here.today);
    match scaffold::figures(&org, &args.cycle, day)? {
        Some(file) => {
            let place = Tree::open(here, &root)?.replace(&file)?;
            here.say(&format!("wrote {place}"));
        }
        None => here.say(&format!(
            "left cycles/{}.figures.toml as it is: no measure moves by five people or more",
            args.cycle
        )),
    }
    Ok(())
}
