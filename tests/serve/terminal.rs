//! What the terminal says, and how it ends.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;

use super::running::{Running, organisation, program};

#[test]
fn ctrl_c_ends_it_well_and_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let mut running = Running::start();
        let cookie = format!("Cookie: {}\r\n", running.cookie());
        // Someone listens for events, and someone else says nothing.
        let mut events = running.connect();
        let question = format!(
            "GET /preview/events HTTP/1.1\r\nHost: {}\r\n{cookie}\r\n",
            running.host()
        );
        std::io::Write::write_all(&mut events, question.as_bytes()).unwrap();
        let mut first = [0; 12];
        std::io::Read::read_exact(&mut events, &mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let _idle = running.connect();
        let exit = running.end_by(signal);
        assert_eq!((exit.code(), exit.signal()), (Some(0), None), "{signal}");
        assert_eq!(fs::read_dir(running.path("tmp")).unwrap().count(), 0);
        let left =
            ["public", ".gradus/ledger.json"].map(|path| running.path("org").join(path).exists());
        assert_eq!(left, [false, false]);
    }
}

#[test]
fn each_change_is_one_line_and_mistakes_are_drawn_as_check_draws_them() {
    let running = Running::start();
    let person = running.path("org/people/sam/person.toml");
    let good = fs::read_to_string(&person).unwrap();
    fs::write(&person, format!("{good}\nbroken = [\n")).unwrap();
    running.says("error[E010]");
    running.says("people/sam/person.toml:");
    running.says("people/sam/person.toml: the page shows what is wrong");
    fs::write(&person, &good).unwrap();
    let line = running.says("mended");
    assert!(
        line.starts_with("people/sam/person.toml: mended, "),
        "{line}"
    );
    fs::write(&person, good.replacen("name = \"", "name = \"Very ", 1)).unwrap();
    let line = running.says("people/sam/person.toml: ");
    for part in [" pages drawn in ", " sections, ", " ms"] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

#[test]
fn a_taken_port_is_told_with_one_that_is_free() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = organisation();
    let output = program(&folder)
        .args(["serve", "org", "--port", &port])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&format!("port {port} is taken")), "{said}");
    assert!(said.contains("--port"), "{said}");
}

#[test]
fn nobody_of_that_id_is_a_misspelling_of_somebody() {
    let folder = organisation();
    let output = program(&folder)
        .args(["serve", "org", "--port", "0", "--as", "smm"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("did you mean `sam`?"), "{said}");
}

#[test]
fn quiet_says_nothing_but_the_link_and_errors() {
    let folder = organisation();
    let mut child = program(&folder)
        .args(["-q", "serve", "org", "--port", "0"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert!(line.starts_with("preview at http://"), "{line}");
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut said, &mut rest).unwrap();
    assert_eq!(rest, "");
}
