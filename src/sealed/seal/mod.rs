#![doc = include_str!("../../../docs/format.md")]

mod address;
pub mod age_file;
pub mod container;
mod derive;
mod identity_file;
mod index;
mod keyring;
mod reader;
mod sealer;
mod section;
mod site_json;
mod site_key;
mod state;
mod tree_check;

pub use address::RouteKey;
pub use identity_file::{IdentityFile, IdentityHeader};
pub use index::{Shard, Shards, SignedFile, shard_of};
pub use keyring::{Keyring, KeyringReader, KeyringSection};
pub use reader::{
    FILE_MAX_BYTES, Folder, Portfolio, ReadError, SealedSiteReader, SiteFiles, Trust, is_inside,
    owned_files, read_signed,
};
pub use sealer::{LoginFile, SealError, SealInput, Sealer, seal_site};
pub use section::{Lies, OpenedFile, OpenedPage, OpenedSection};
pub use site_json::{Signer, SignerError, SiteJson};
pub use site_key::{SiteId, SiteKey, SiteKeyError, login_path};
pub use state::SealState;

/// The version of the format that this program writes, and the highest it reads.
pub const FORMAT: u64 = 1;

/// What a reader must know before unlocking.
pub const SITE_JSON: &str = "site.json";
/// Its signature.
pub const SITE_SIG: &str = "site.sig";

/// Bytes as base64url without padding: `b64` of the format.
fn b64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a canonical `b64` text of that length.
fn from_b64<const N: usize>(text: &str) -> Option<[u8; N]> {
    bytes_of_b64(text)?.try_into().ok()
}

/// The bytes of a canonical `b64` text.
fn bytes_of_b64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}
