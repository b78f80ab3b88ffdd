//! What holds when someone means harm, or things go wrong: authenticity, and builds that cannot hurt.

mod failing;
mod hosted;
mod leaks;
mod mutations;
mod opening;
mod privacy;
mod strace;
mod strangers;
mod verifying;
