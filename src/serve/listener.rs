//! The only way in: loopback, and no more at once than the preview can bear.
//!
//! tiny_http reads heads of any length and waits for them without end. So an acceptor stands before it, and counts:
//! `HEAD_MAX_BYTES` of head, `HEAD_TIME` to arrive, `CONNECTIONS_MAX` connections that wait, one request each. It does not
//! read what a request says: [`answer`](super::answer) judges that, once.
//!
//! One thread waits for all heads, so that a thousand idle connections cost only their sockets. A complete head goes to
//! one of a fixed number of threads, which relays it to tiny_http's socket, and the answer back.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::auth::SecretIn;

/// How many ports are tried if the one on 127.0.0.1 is taken on `::1`.
const PORTS_TRIED: usize = 20;

/// Longest head of a request.
pub const HEAD_MAX_BYTES: usize = 16 * 1024;

/// How long a head may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// Connections whose head has not arrived, and as many that are answered. The one that has waited longest goes first.
const CONNECTIONS_MAX: usize = 32;

/// Requests that wait for a relay.
const QUEUE_MAX: usize = 64;

/// How long a client may take to read a piece of an answer.
const WRITE_TIME: Duration = Duration::from_secs(2);

/// Bytes that are relayed in one piece.
const PIECE_BYTES: usize = 64 * 1024;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// The acceptor and its relays. They end when this is dropped.
pub struct Listener {
    wake: UnixStream,
    threads: Vec<JoinHandle<()>>,
}

/// A connection, and what has arrived of its head.
struct Connection {
    client: TcpStream,
    head: Vec<u8>,
    until: Instant,
}

impl Listener {
    /// Binds to loopback. Port 0 lets the system choose.
    ///
    /// A browser resolves a name below `localhost` to `::1` and to 127.0.0.1, and tries both. If only one were bound,
    /// another user of this machine could bind the other one, and receive what is meant for the preview.
    ///
    /// # Errors
    /// The port is taken, or may not be bound.
    pub fn bind(secret: SecretIn, port: u16) -> io::Result<Vec<TcpListener>> {
        match (secret, port) {
            (SecretIn::Path, _) => Ok(vec![on(Ipv4Addr::LOCALHOST, port)?]),
            (SecretIn::Host, 0) => {
                let mut tries = (1..PORTS_TRIED).map(|_| on_both(0));
                let free = tries.find(|found| !is_taken(found));
                free.unwrap_or_else(|| on_both(0))
            }
            (SecretIn::Host, _) => on_both(port),
        }
    }

    /// Relays requests to the HTTP server on the socket at `inner`.
    ///
    /// # Errors
    /// The system refuses threads or sockets.
    pub fn start(listeners: Vec<TcpListener>, inner: PathBuf) -> io::Result<Self> {
        for listener in &listeners {
            listener.set_nonblocking(true)?;
        }
        let (wake, woken) = UnixStream::pair()?;
        let (relays, requests) = sync_channel(QUEUE_MAX);
        let requests = Arc::new(Mutex::new(requests));
        let mut threads = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            let (requests, inner) = (Arc::clone(&requests), inner.clone());
            threads.push(spawn("relay", move || relay_all(&requests, &inner))?);
        }
        let acceptor = Acceptor {
            listeners,
            woken,
            relays,
            waiting: VecDeque::new(),
        };
        threads.push(spawn("accept", move || acceptor.run())?);
        Ok(Self { wake, threads })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A closed pair wakes the acceptor, whose end in turn ends the relays.
        let _ = self.wake.shutdown(Shutdown::Both);
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // a thread that panicked has ended too
        }
    }
}

/// Binds to both loopback addresses, or to 127.0.0.1 alone if the system has no other.
fn on_both(port: u16) -> io::Result<Vec<TcpListener>> {
    let first = on(Ipv4Addr::LOCALHOST, port)?;
    let port = first.local_addr()?.port();
    match on(Ipv6Addr::LOCALHOST, port) {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_) => Ok(vec![first]),
    }
}

fn on(address: impl Into<IpAddr>, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address.into(), port))
}

fn is_taken(found: &io::Result<Vec<TcpListener>>) -> bool {
    let error = found.as_ref().err();
    error.is_some_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.into()).spawn(work)
}

/// Accepts connections, and waits for their heads.
struct Acceptor {
    listeners: Vec<TcpListener>,
    woken: UnixStream,
    relays: SyncSender<Connection>,
    /// The one that has waited longest first.
    waiting: VecDeque<Connection>,
}

impl Acceptor {
    fn run(mut self) {
        while let Ok(ready) = self.wait() {
            let mut ready = ready.into_iter();
            if ready.next() == Some(true) {
                return;
            }
            let listeners: Vec<bool> = ready.by_ref().take(self.listeners.len()).collect();
            let now = Instant::now();
            for (one, is_ready) in std::mem::take(&mut self.waiting).into_iter().zip(ready) {
                let kept = if is_ready { self.read(one) } else { Some(one) };
                self.waiting.extend(kept.filter(|one| one.until > now));
            }
            for (at, _) in listeners.iter().enumerate().filter(|(_, ready)| **ready) {
                self.accept(at, now);
            }
        }
    }

    /// Sleeps until something has happened, or a connection has waited long enough. Says of each whether something has:
    /// the wake-up, the listeners, the waiting connections.
    fn wait(&self) -> io::Result<Vec<bool>> {
        let listeners = self.listeners.iter();
        let clients = self.waiting.iter();
        let mut fds = vec![PollFd::new(&self.woken, PollFlags::IN)];
        fds.extend(listeners.map(|one| PollFd::new(one, PollFlags::IN)));
        fds.extend(clients.map(|one| PollFd::new(&one.client, PollFlags::IN)));
        let first = self.waiting.front().map(|one| one.until);
        let timeout = first.map(|until| timespec(until.saturating_duration_since(Instant::now())));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(fds.iter().map(|fd| !fd.revents().is_empty()).collect())
    }

    fn accept(&mut self, listener: usize, now: Instant) {
        for _ in 0..CONNECTIONS_MAX {
            let Ok((client, _)) = self.listeners[listener].accept() else {
                return; // no one is left, or the system has no sockets to give: others end in time
            };
            if client.set_nonblocking(true).is_err() {
                continue;
            }
            if self.waiting.len() >= CONNECTIONS_MAX {
                self.waiting.pop_front();
            }
            self.waiting.push_back(Connection {
                client,
                head: Vec::new(),
                until: now + HEAD_TIME,
            });
        }
    }

    /// Adds what has arrived. Returns the connection if more has to come.
    fn read(&self, mut one: Connection) -> Option<Connection> {
        let mut piece = [0; 4096];
        match one.client.read(&mut piece) {
            Ok(0) => return None,
            Ok(read) => one.head.extend(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(one),
            Err(_) => return None,
        }
        match count(&one.head) {
            Counted::Partial => return Some(one),
            Counted::Refused(status) => refuse(&one.client, status),
            Counted::Complete => {
                if let Err(TrySendError::Full(one)) = self.relays.try_send(one) {
                    refuse(&one.client, "503 Service Unavailable");
                }
            }
        }
        None
    }
}

/// What has arrived of a head.
#[derive(Debug, PartialEq, Eq)]
pub enum Counted {
    /// More has to come.
    Partial,
    /// Lines of printable ASCII that end where the head ends.
    Complete,
    /// The status that the connection is refused with.
    Refused(&'static str),
}

/// Counts the bytes of a head. A byte that no head has, a line that another server would join or split elsewhere, or a
/// second request is refused; what the lines say is not looked at.
pub fn count(bytes: &[u8]) -> Counted {
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n');
    let is_line = |line: &str| line.trim() == line && !line.contains(['\r', '\n']);
    let mut windows = bytes.windows(END_OF_HEAD.len());
    let end = windows.position(|window| window == END_OF_HEAD);
    let head = std::str::from_utf8(&bytes[..end.unwrap_or(0)]);
    match end {
        _ if !bytes.iter().all(is_text) => Counted::Refused("400 Bad Request"),
        _ if bytes.len() > HEAD_MAX_BYTES => {
            Counted::Refused("431 Request Header Fields Too Large")
        }
        None => Counted::Partial,
        Some(end)
            if end + END_OF_HEAD.len() == bytes.len()
                && head.is_ok_and(|head| head.split("\r\n").all(is_line)) =>
        {
            Counted::Complete
        }
        Some(_) => Counted::Refused("400 Bad Request"),
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// Does not wait until a refusal is read.
fn refuse(mut client: &TcpStream, status: &str) {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Length: 0\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    );
    let _ = client.write_all(answer.as_bytes());
    let _ = client.shutdown(Shutdown::Write);
}

fn relay_all(requests: &Mutex<Receiver<Connection>>, inner: &Path) {
    loop {
        let requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        let next = requests.recv();
        drop(requests);
        let Ok(connection) = next else {
            return; // the acceptor has ended
        };
        // A client that goes away, or does not read, gets no more of the answer.
        let _ = relay(connection, inner);
    }
}

/// Passes a head on, and the answer back until it ends or the client goes away.
fn relay(connection: Connection, inner: &Path) -> io::Result<()> {
    let Connection {
        mut client, head, ..
    } = connection;
    client.set_nonblocking(false)?;
    client.set_nodelay(true)?;
    client.set_write_timeout(Some(WRITE_TIME))?;
    let mut inner = UnixStream::connect(inner)?;
    inner.write_all(&head)?;
    inner.shutdown(Shutdown::Write)?; // one request each
    let mut piece = vec![0; PIECE_BYTES];
    while let Some(read) = next_piece(&client, &mut inner, &mut piece)? {
        client.write_all(&piece[..read])?;
    }
    Ok(())
}

/// The length of the next piece. `None` if the answer has ended, or the client has gone or says more.
fn next_piece(
    client: &TcpStream,
    inner: &mut UnixStream,
    piece: &mut [u8],
) -> io::Result<Option<usize>> {
    loop {
        let mut fds = [
            PollFd::new(&*inner, PollFlags::IN),
            PollFd::new(client, PollFlags::IN),
        ];
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        let [has_more, has_gone] = fds.map(|fd| !fd.revents().is_empty());
        if has_more {
            let read = inner.read(piece)?;
            return Ok((read > 0).then_some(read));
        }
        if has_gone {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_waited_for_until_it_is_too_long() {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for end in 0..text.len() {
            assert_eq!(count(&text.as_bytes()[..end]), Counted::Partial, "{end}");
        }
        assert_eq!(count(text.as_bytes()), Counted::Complete);
        let endless = format!("GET / HTTP/1.1\r\nX: {}", "a".repeat(HEAD_MAX_BYTES));
        for text in [endless.clone(), format!("{endless}\r\n\r\n")] {
            let too_large = Counted::Refused("431 Request Header Fields Too Large");
            assert_eq!(count(text.as_bytes()), too_large);
        }
    }

    #[test]
    fn what_two_servers_could_read_differently_is_refused() {
        for bad in [
            "GET / HTTP/1.1 \r\n\r\n",
            "GET /\t HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\rHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nX: \0\r\n\r\n",
            "GET /ä",
            "\u{16}\u{3}\u{1}",
            "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(
                count(bad.as_bytes()),
                Counted::Refused("400 Bad Request"),
                "{bad:?}"
            );
        }
    }
}
