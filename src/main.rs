//! The program: everything is in the library's `cli`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A build makes and drops small things by the million, from all threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    gradus::cli::main()
}
