//! A folder on loopback over http, as the dumbest of hosts serves it.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

/// Serves a folder until the test ends; gives its address. What `answer` has something to say of is answered so.
pub fn host(folder: &Path, answer: fn(&str) -> Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it has one");
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || serve(client, &folder, answer));
        }
    });
    format!("http://{address}/")
}

/// Answers one question, and closes.
fn serve(
    mut client: TcpStream,
    folder: &Path,
    answer: fn(&str) -> Option<&'static str>,
) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.trim_start_matches('/');
    if let Some(raw) = answer(path) {
        return client.write_all(raw.as_bytes()).ok();
    }
    let file: PathBuf = folder.join(path);
    let (status, bytes) = match fs::read(file) {
        Ok(bytes) => ("200 OK", bytes),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        bytes.len()
    );
    client.write_all(head.as_bytes()).ok()?;
    client.write_all(&bytes).ok()
}
