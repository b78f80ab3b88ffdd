//! A built site, judged from outside: what whose key opens, and what a stranger sees.

mod again;
mod generated;
mod sealed_site;
