//! A portfolio outlives this program: the stock tools open it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use gradus::domain::model::Identity;
use serde_json::Value;

use crate::fixture::*;

fn run(program: &str, arguments: &[&str], input: Stdio) -> Vec<u8> {
    let output = Command::new(program).args(arguments).stdin(input).output();
    let output = output.unwrap_or_else(|error| panic!("`{program}` has to be installed: {error}"));
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// `age --decrypt`, then `gunzip`, then JSON by Python.
fn read_with_stock_tools(folder: &Path, key: &str, sealed: &[u8]) -> Value {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::write(file("key"), key).unwrap();
    fs::write(file("file.age"), sealed).unwrap();
    let packed = run(
        "age",
        &["--decrypt", "-i", &file("key"), &file("file.age")],
        Stdio::null(),
    );
    fs::write(file("packed"), packed).unwrap();
    let json = run(
        "gunzip",
        &["-c"],
        fs::File::open(file("packed")).unwrap().into(),
    );
    let script =
        "import gzip,json,sys; print(json.dumps(json.loads(gzip.open(sys.argv[1]).read())))";
    let by_python = run("python3", &["-c", script, &file("packed")], Stdio::null());
    let value: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(value, serde_json::from_slice::<Value>(&by_python).unwrap());
    value
}

#[test]
fn the_age_program_opens_a_keyring_and_with_what_it_holds_a_section() {
    let (files, _) = seal(&input(), &organisation());
    let folder = tempfile::tempdir().unwrap();
    let path = site_key().keyring_path(&ada().recipient(), 1).unwrap();
    let keyring = read_with_stock_tools(folder.path(), &ada().to_text(), &files[&path]);
    assert_eq!(keyring["reader"]["id"], "ada");
    let entry = &keyring["sections"][1];
    let identity = entry["identity"].as_str().unwrap();
    let sealed = &files[entry["file"].as_str().unwrap()];
    let section = read_with_stock_tools(folder.path(), identity, sealed);
    assert_eq!(section["section"], "person/ada");
    assert_eq!(section["pages"][0]["tree"][2], "Ada owns the cut-over ");
}

#[test]
fn the_age_program_reads_an_identity_file_of_ours() {
    let header = gradus::sealed::seal::IdentityHeader {
        person: "ada",
        created: gradus::domain::model::Date::default(),
        site: Some(site_key().site_id()),
        signers: &[site_key().signer().to_string()],
    };
    let identity = Identity::generate();
    let text = gradus::sealed::seal::IdentityFile::write(&identity, &header);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ada.txt");
    fs::write(&path, text.as_str()).unwrap();
    let public = run("age-keygen", &["-y", path.to_str().unwrap()], Stdio::null());
    assert_eq!(
        String::from_utf8(public).unwrap().trim(),
        identity.recipient().to_string()
    );
}
