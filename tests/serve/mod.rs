//! The preview, from outside: what it shows, whom it refuses, and what it notices.

mod generations;
mod hostile;
mod links;
mod running;
mod terminal;
mod watching;
