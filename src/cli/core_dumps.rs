//! Keys and texts that are in memory stay there: no core dump writes them to a disk, and no other program of the same
//! user looks in.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Forbids core dumps of this process. Systems that know no such thing go without: nothing else depends on it.
pub fn forbid() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // A dump that is handed to a program knows no limit; this forbids it, and attaching to the process too.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_keys_leaves_no_core_dump() {
        forbid();
        assert_eq!(rustix::process::getrlimit(Resource::Core).current, Some(0));
        let dumpable = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(dumpable, rustix::process::DumpableBehavior::NotDumpable);
    }
}
