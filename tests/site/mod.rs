//! A built site, judged from outside: what whose key opens, and what a stranger sees.

mod again;
mod days;
mod edits;
pub mod generated;
mod renewed;
mod sealed_site;
