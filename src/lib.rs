//! gradus turns a directory tree of review portfolios into an encrypted static site.
//!
//! `docs/architecture.md` says what each room holds, and what always holds there. Rooms import rooms on lower floors alone:
//!
//! | floor | room | what it holds |
//! |---|---|---|
//! | 5 | [`cli`] | arguments, commands, everything that is printed |
//! | 4 | [`serve`] | the preview |
//! | 3 | [`build`] | the stages in their order: [`build::pipeline`] is the page to read first |
//! | 2 | [`sealed`] | the published site as bytes |
//! | 2 | [`site`] | pages |
//! | 2 | [`tree`] | the organisation's files |
//! | 1 | [`domain`] | what the files mean, and who reads what |
//! | 0 | [`ground`] | diagnostics, hashes, the allow-list |

pub mod build;
pub mod cli;
pub mod domain;
pub mod ground;
pub mod sealed;
pub mod serve;
pub mod site;
pub mod tree;
