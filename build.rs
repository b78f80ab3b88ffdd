//! Puts into `OUT_DIR` what the program carries: the viewer's bundles, for sites and for the preview, and the example
//! organisation. Writes nowhere but into the target folder.
//!
//! Bundles are taken from `$GRADUS_VIEWER_DIST`, else from `viewer/dist` (a published crate carries it and needs no Node),
//! else made from `viewer/src` by npm and esbuild, in a folder that all profiles share: an unchanged viewer is bundled once.

use std::env;
use std::fs::{self, File};
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
/// The programs that make them.
const PROGRAMS: [&str; 2] = ["node", if cfg!(windows) { "npm.cmd" } else { "npm" }];
/// The oldest Node.js that bundles them, and runs the tests of the viewer.
const NODE_MIN: u32 = 20;
/// How many lines of a program that failed are passed on.
const LINES_MAX: usize = 12;
/// What would help where they cannot be made.
const NEEDS: &str = "a build from the repository needs Node.js 20 or newer with npm, and the network once; or set `GRADUS_VIEWER_DIST` to a folder \
                     with `viewer.js`, `viewer-hybrid.js`, `portable.js` and `preview.js`";
/// What is written into the example organisation and is no part of it.
const NOT_EXAMPLE: [&str; 3] = ["public", "deploy", ".gradus"];

fn main() {
    if let Err(why) = provide() {
        let mut lines = why.lines();
        let first = lines.next().unwrap_or_default();
        println!("cargo::error=could not bundle the viewer: {first}; {NEEDS}");
        lines.for_each(|line| println!("cargo::error={line}"));
    }
    if let Err(why) = carry_example() {
        println!("cargo::error=could not read `example-org`: {why}");
    }
}

fn provide() -> Result<(), String> {
    let viewer = folder("CARGO_MANIFEST_DIR")?.join("viewer");
    let out = folder("OUT_DIR")?;
    watch(&viewer);
    match given(&viewer) {
        Some(ready) => copy_bundles(&ready, &out),
        None => copy_bundles(&made(&viewer, &out)?, &out),
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

/// Bundles the viewer, unless that was done from the same sources; returns the folder of the bundles.
fn made(viewer: &Path, out: &Path) -> Result<PathBuf, String> {
    let stage = shared(out).join("viewer");
    let bundles = stage.join("bundles");
    let failed = |error: io::Error| format!("{}: {error}", stage.display());
    fs::create_dir_all(&stage).map_err(failed)?;
    // Builds of two profiles may run at once.
    let lock = File::create(stage.join("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let sources = all_of(viewer).map_err(failed)?;
    let made_from = stage.join("made-from");
    let is_made = BUNDLES.iter().all(|name| bundles.join(name).exists())
        && fs::read(&made_from).is_ok_and(|known| known == sources);
    if is_made {
        return Ok(bundles);
    }
    // cargo shows what a build script says once it has ended: what is missing has to end it before it does anything.
    let version = version_of(PROGRAMS[0])?;
    if major(&version).is_none_or(|major| major < NODE_MIN) {
        return Err(format!("`{}` is {version}", PROGRAMS[0]));
    }
    version_of(PROGRAMS[1])?;
    println!(
        "cargo::warning=bundling the viewer with Node.js and npm, which fetches its packages once"
    );
    refresh(viewer, &stage).map_err(failed)?;
    install(&stage)?;
    let mut node = Command::new(PROGRAMS[0]);
    run(node.arg("build.mjs").arg(&bundles).current_dir(&stage))?;
    fs::write(&made_from, sources).map_err(failed)?;
    Ok(bundles)
}

/// The target folder, which holds those of the profiles: `OUT_DIR` is `target/PROFILE/build/PACKAGE/out`.
fn shared(out: &Path) -> &Path {
    out.ancestors().nth(4).unwrap_or(out)
}

/// All sources of the bundles in one text: each file's path, length and bytes.
fn all_of(viewer: &Path) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for name in SOURCES {
        for path in files(&viewer.join(name))? {
            let bytes = fs::read(&path)?;
            let shown = path.strip_prefix(viewer).unwrap_or(&path).display();
            all.extend(format!("{shown} {}\n", bytes.len()).into_bytes());
            all.extend(bytes);
        }
    }
    Ok(all)
}

/// A file, or all files below a folder, by name.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let below = entries.iter().map(|entry| files(entry));
    Ok(below.collect::<io::Result<Vec<_>>>()?.concat())
}

/// What a program says of its version, if it can be called.
fn version_of(program: &str) -> Result<String, String> {
    let called = Command::new(program).arg("--version").output();
    match called {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        _ => Err(format!("there is no `{program}`")),
    }
}

/// The 20 of `v20.19.4`.
fn major(version: &str) -> Option<u32> {
    let digits = version.strip_prefix('v')?.split('.').next()?;
    digits.parse().ok()
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
    let mut npm = Command::new(PROGRAMS[1]);
    npm.args([
        "ci",
        "--ignore-scripts",
        "--omit=dev",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
    ]);
    run(npm.current_dir(stage))?;
    fs::write(&installed, lock).map_err(|error| error.to_string())
}

/// Runs a program to its end. If it fails, the error ends with its own words, line by line.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("`{program}` did not start ({error})"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().map(str::trim_end);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let last = lines.len().saturating_sub(LINES_MAX);
    Err(format!(
        "`{program}` failed ({})\n{}",
        output.status,
        lines[last..].join("\n")
    ))
}

fn copy_bundles(from: &Path, out: &Path) -> Result<(), String> {
    let copy = |name: &&str| {
        let path = from.join(name);
        let copied = fs::copy(&path, out.join(name));
        copied
            .map(drop)
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    BUNDLES.iter().try_for_each(copy)
}

/// Writes `example.rs`: the files of the example organisation as `(path, bytes)`.
fn carry_example() -> Result<(), String> {
    let example = folder("CARGO_MANIFEST_DIR")?.join("example-org");
    let parts = fs::read_dir(&example).map_err(|error| error.to_string())?;
    let mut parts: Vec<PathBuf> = parts.flatten().map(|entry| entry.path()).collect();
    parts.retain(|path| !NOT_EXAMPLE.iter().any(|name| path.ends_with(name)));
    parts.push(example.join(".gradus").join("site.key"));
    let mut list = String::new();
    for part in &parts {
        println!("cargo::rerun-if-changed={}", part.display());
        for file in files(part).map_err(|error| error.to_string())? {
            let path = file.strip_prefix(&example).unwrap_or(&file);
            let path = path.to_string_lossy().replace('\\', "/");
            list.push_str(&format!("({path:?}, include_bytes!({file:?})),\n"));
        }
    }
    let out = folder("OUT_DIR")?.join("example.rs");
    fs::write(out, format!("&[\n{list}]\n")).map_err(|error| error.to_string())
}
