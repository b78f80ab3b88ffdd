//! What holds when someone means harm, or things go wrong: authenticity, and builds that cannot hurt.

mod failing;
#[path = "../seal/fixture.rs"]
mod fixture;
mod hosted;
mod leaks;
mod mutations;
mod opening;
mod privacy;
#[path = "../cli/program.rs"]
mod program;
mod strace;
mod strangers;
mod verifying;
