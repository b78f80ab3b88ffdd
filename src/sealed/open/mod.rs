//! A published site, read without any code that it serves: what one identity opens, as plain pages.
//!
//! | module | what it does |
//! |---|---|
//! | [`mod@copy`] | sections that hold against the signature → pages and files |
//! | `markup` | a tree within the allow-list → HTML |
//! | `page` | the frame around it, and the list of pages |
//! | [`folder`] | pages and files → a folder of their reader's alone |
//!
//! Nothing is shown of a file that is not what the site's owner signed. Pages run nothing, load nothing from elsewhere,
//! and look as this release draws them: neither script nor style of the site is used.

pub mod copy;
pub mod folder;
mod markup;
mod page;

pub use copy::{Copied, Left, Take, copy};
pub use folder::{FolderError, NewFolder};

use crate::sealed::keys::{KeysError, unwrap_login};
use crate::sealed::seal::{IdentityFile, ReadError, SealedSiteReader, login_path};

/// Takes an identity from the site, by a login and its passphrase.
///
/// # Errors
/// There is no such login, or its file is not what was signed; a wrong passphrase, or a file that is no login.
pub fn identity_of_login(
    site: &SealedSiteReader<'_>,
    login: &str,
    passphrase: &str,
) -> Result<IdentityFile, LoginError> {
    let wrapped = site.read(&login_path(site.id(), login))?;
    let wrapped = wrapped.ok_or(LoginError::Unknown)?;
    Ok(unwrap_login(&wrapped, passphrase)?)
}

/// Why a login opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No login has this name.
    #[error("the site has no such login")]
    Unknown,
    /// The site was not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The login was not opened.
    #[error(transparent)]
    Keys(#[from] KeysError),
}
