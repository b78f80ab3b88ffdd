//! The behaviour of gradus from outside: trees in, sites and words out.

mod generated;
mod sealed_site;
