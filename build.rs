//! Puts the viewer's bundles, for sites and for the preview, into `OUT_DIR`, and writes nowhere else.
//!
//! They are taken from `$GRADUS_VIEWER_DIST`, else from `viewer/dist` (a published crate carries it and
//! needs no Node), else bundled from `viewer/src` by npm and esbuild.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The variable that names a folder with the bundles in it.
const DIST_VARIABLE: &str = "GRADUS_VIEWER_DIST";
/// The bundles, in `dist`, in the folder of [`DIST_VARIABLE`] and in `OUT_DIR`.
const BUNDLES: [&str; 4] = ["viewer.js", "viewer-hybrid.js", "portable.js", "preview.js"];
/// What the bundles are made of, in `viewer/`.
const SOURCES: [&str; 6] = [
    "src",
    "allowlist.json",
    "build.mjs",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
];
/// What a failing build says that would help.
const INSTALL: &str = "install Node.js 20 or newer with npm, or set `GRADUS_VIEWER_DIST` to a folder that holds `viewer.js`, `viewer-hybrid.js`, `portable.js` and `preview.js`";

fn main() {
    if let Err(why) = provide() {
        println!("cargo::error=could not bundle the viewer: {why}; {INSTALL}");
    }
}

fn provide() -> Result<(), String> {
    let viewer = folder("CARGO_MANIFEST_DIR")?.join("viewer");
    let out = folder("OUT_DIR")?;
    watch(&viewer);
    match given(&viewer) {
        Some(ready) => BUNDLES
            .iter()
            .try_for_each(|name| copy(&ready.join(name), &out.join(name))),
        None => make(&viewer, &out.join("viewer"), &out),
    }
}

/// A folder that cargo names.
fn folder(variable: &str) -> Result<PathBuf, String> {
    let value = env::var_os(variable).ok_or(format!("{variable} is not set"))?;
    Ok(PathBuf::from(value))
}

fn watch(viewer: &Path) {
    println!("cargo::rerun-if-env-changed={DIST_VARIABLE}");
    println!("cargo::rerun-if-changed=build.rs");
    let dist = BUNDLES.map(|name| dist_of(viewer).join(name));
    let sources = SOURCES.map(|name| viewer.join(name));
    // A path that is missing would make cargo run this every time.
    for path in sources.iter().chain(&dist).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

fn dist_of(viewer: &Path) -> PathBuf {
    viewer.join("dist")
}

/// A folder with bundles that someone else made.
fn given(viewer: &Path) -> Option<PathBuf> {
    if let Some(named) = env::var_os(DIST_VARIABLE) {
        return Some(PathBuf::from(named));
    }
    let dist = dist_of(viewer);
    let are_current = BUNDLES
        .iter()
        .all(|name| is_current(&dist.join(name), viewer));
    are_current.then_some(dist)
}

/// Whether a bundle is there and no source was changed after it. Packaged files share one time.
fn is_current(dist: &Path, viewer: &Path) -> bool {
    let newest = SOURCES
        .iter()
        .filter_map(|name| newest(&viewer.join(name)).ok())
        .max();
    modified(dist).is_ok_and(|made| newest.is_none_or(|changed| changed <= made))
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// When a file, or the last changed file of a folder, was changed.
fn newest(path: &Path) -> io::Result<SystemTime> {
    let mut latest = modified(path)?;
    if path.is_dir() {
        latest = SystemTime::UNIX_EPOCH;
        for entry in fs::read_dir(path)? {
            latest = latest.max(newest(&entry?.path())?);
        }
    }
    Ok(latest)
}

/// Copies the sources into `stage`, installs what they need there, and bundles them.
fn make(viewer: &Path, stage: &Path, out: &Path) -> Result<(), String> {
    refresh(viewer, stage).map_err(|error| format!("{}: {error}", stage.display()))?;
    install(stage)?;
    let mut node = Command::new("node");
    run(node.arg("build.mjs").arg(out).current_dir(stage))
}

fn refresh(viewer: &Path, stage: &Path) -> io::Result<()> {
    let sources = stage.join("src");
    if sources.exists() {
        fs::remove_dir_all(&sources)?; // else a removed module would live on
    }
    SOURCES
        .iter()
        .try_for_each(|name| copy_all(&viewer.join(name), &stage.join(name)))
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Installs the locked packages, unless these are what was installed last time.
fn install(stage: &Path) -> Result<(), String> {
    let lock = fs::read(stage.join("package-lock.json")).map_err(|error| error.to_string())?;
    let installed = stage.join("installed.json");
    if fs::read(&installed).is_ok_and(|last| last == lock) {
        return Ok(());
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args([
        "ci",
        "--ignore-scripts",
        "--omit=dev",
        "--no-audit",
        "--no-fund",
    ]);
    run(npm.current_dir(stage))?;
    fs::write(&installed, lock).map_err(|error| error.to_string())
}

/// Runs a program to its end; what it says goes into the one line that cargo shows.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("`{program}` did not start ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| line.contains("rror"));
    Err(format!(
        "`{program}` failed ({})",
        last.unwrap_or("it did not say why").trim()
    ))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to)
        .map(drop)
        .map_err(|error| format!("{}: {error}", from.display()))
}
