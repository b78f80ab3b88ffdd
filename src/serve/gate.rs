//! The only door: loopback, and no more at once than it can bear.
//!
//! One thread waits for all connections whose head has not arrived yet, so that a thousand idle ones cost nothing but
//! their sockets, and of these only `WAITING_MAX` are kept: whoever has waited longest goes first. A whole, plain head
//! goes to one of a fixed number of threads, each of which relays one question and its answer.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::guard::SecretIn;
use super::head::{Head, Progress, Refusal};

/// How often another port is chosen where the one on 127.0.0.1 is taken on `::1`.
const PORTS_TRIED: usize = 20;

/// Connections whose head is waited for.
const WAITING_MAX: usize = 128;

/// How long a head may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// How long someone may take to read a piece of an answer.
const WRITE_TIME: Duration = Duration::from_secs(2);

/// Answers, and open streams of events, at the same time.
const RELAYS: usize = 24;

/// Questions that wait for a relay.
const QUEUE_MAX: usize = 64;

/// Bytes that are relayed in one piece.
const PIECE_BYTES: usize = 64 * 1024;

/// The open door; shut when dropped.
pub struct Gate {
    wake: UnixStream,
    threads: Vec<JoinHandle<()>>,
}

/// A connection whose head has not arrived yet.
struct Waiting {
    client: TcpStream,
    bytes: Vec<u8>,
    until: Instant,
}

/// A plain question and who asked it.
type Asked = (Head, TcpStream);

impl Gate {
    /// Listens on loopback. Port 0 lets the system choose.
    ///
    /// A browser takes a name below `localhost` for `::1` as well as for 127.0.0.1, and tries the one and the other. So
    /// both are listened on: another user of this machine could listen on the second one, and get what is for us.
    ///
    /// # Errors
    /// The port is taken, or may not be listened on.
    pub fn listeners(secret: SecretIn, port: u16) -> io::Result<Vec<TcpListener>> {
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

    /// Lets plain questions through to whoever listens on the socket at `inner`.
    ///
    /// # Errors
    /// The system refuses threads or sockets.
    pub fn open(listeners: Vec<TcpListener>, inner: PathBuf) -> io::Result<Self> {
        for listener in &listeners {
            listener.set_nonblocking(true)?;
        }
        let (wake, woken) = UnixStream::pair()?;
        let (asked, questions) = sync_channel(QUEUE_MAX);
        let questions = Arc::new(Mutex::new(questions));
        let mut threads = Vec::new();
        for _ in 0..RELAYS {
            let (questions, inner) = (Arc::clone(&questions), inner.clone());
            threads.push(spawn("relay", move || relay_all(&questions, &inner))?);
        }
        let porter = Porter {
            listeners,
            woken,
            asked,
            waiting: VecDeque::new(),
        };
        threads.push(spawn("gate", move || porter.run())?);
        Ok(Self { wake, threads })
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // A closed pair wakes the porter, whose end in turn ends the relays.
        let _ = self.wake.shutdown(std::net::Shutdown::Both);
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // a thread that panicked has ended too
        }
    }
}

/// Listens on both loopback addresses, or on 127.0.0.1 alone where the system has no other.
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

/// Waits for heads.
struct Porter {
    listeners: Vec<TcpListener>,
    woken: UnixStream,
    asked: SyncSender<Asked>,
    /// The longest first.
    waiting: VecDeque<Waiting>,
}

impl Porter {
    fn run(mut self) {
        while let Ok(ready) = self.wait() {
            if ready.woken {
                return;
            }
            let now = Instant::now();
            let waiting = std::mem::take(&mut self.waiting);
            for (at, one) in waiting.into_iter().enumerate() {
                let kept = match ready.waiting.contains(&at) {
                    true => self.hear(one),
                    false => Some(one),
                };
                self.waiting.extend(kept.filter(|one| one.until > now));
            }
            for at in ready.listeners {
                self.accept(at, now);
            }
        }
    }

    /// Sleeps until something has happened, or somebody has waited long enough.
    fn wait(&self) -> io::Result<Ready> {
        let mut fds = vec![PollFd::new(&self.woken, PollFlags::IN)];
        let listeners = self.listeners.iter();
        fds.extend(listeners.map(|one| PollFd::new(one, PollFlags::IN)));
        let clients = self.waiting.iter();
        fds.extend(clients.map(|one| PollFd::new(&one.client, PollFlags::IN)));
        let first = self.waiting.front().map(|one| one.until);
        let timeout = first.map(|until| timespec(until.saturating_duration_since(Instant::now())));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let happened = |at: usize| !fds[at].revents().is_empty();
        let (listeners, clients) = (self.listeners.len(), self.waiting.len());
        Ok(Ready {
            woken: happened(0),
            listeners: (0..listeners).filter(|at| happened(1 + at)).collect(),
            waiting: (0..clients)
                .filter(|at| happened(1 + listeners + at))
                .collect(),
        })
    }

    fn accept(&mut self, listener: usize, now: Instant) {
        for _ in 0..WAITING_MAX {
            let Ok((client, _)) = self.listeners[listener].accept() else {
                return; // nobody is left, or the system has no sockets to give: others end in time
            };
            if client.set_nonblocking(true).is_err() {
                continue;
            }
            if self.waiting.len() >= WAITING_MAX {
                self.waiting.pop_front();
            }
            self.waiting.push_back(Waiting {
                client,
                bytes: Vec::new(),
                until: now + HEAD_TIME,
            });
        }
    }

    /// Takes in what has arrived. Gives the connection back where more has to come.
    fn hear(&self, mut one: Waiting) -> Option<Waiting> {
        let mut piece = [0; 4096];
        match one.client.read(&mut piece) {
            Ok(0) => return None,
            Ok(read) => one.bytes.extend(&piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Some(one),
            Err(_) => return None,
        }
        match Head::read(&one.bytes) {
            Progress::Partial => return Some(one),
            Progress::Refused(refusal) => refuse(&one.client, refusal),
            Progress::Whole(head) => self.hand_over(head, one.client),
        }
        None
    }

    fn hand_over(&self, head: Head, client: TcpStream) {
        if let Err(TrySendError::Full((_, client))) = self.asked.try_send((head, client)) {
            refuse(&client, Refusal::Busy);
        }
    }
}

/// What has happened.
struct Ready {
    woken: bool,
    /// Indices of listeners that somebody has come to.
    listeners: Vec<usize>,
    /// Indices of connections that can be read.
    waiting: Vec<usize>,
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// Nobody waits for a refusal to be read.
fn refuse(mut client: &TcpStream, refusal: Refusal) {
    let _ = client.write_all(refusal.answer().as_bytes());
    let _ = client.shutdown(std::net::Shutdown::Write);
}

fn relay_all(questions: &Mutex<Receiver<Asked>>, inner: &Path) {
    loop {
        let next = questions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((head, client)) = next else {
            return; // the porter has ended
        };
        // Who goes away, or does not read, gets no more of the answer.
        let _ = relay(&head, client, inner);
    }
}

/// Asks, and passes the answer on until it ends or nobody listens any more.
fn relay(head: &Head, mut client: TcpStream, inner: &Path) -> io::Result<()> {
    client.set_nonblocking(false)?;
    client.set_nodelay(true)?;
    client.set_write_timeout(Some(WRITE_TIME))?;
    let mut inner = UnixStream::connect(inner)?;
    inner.write_all(&head.to_bytes())?;
    let mut piece = vec![0; PIECE_BYTES];
    while let Some(read) = next_piece(&client, &mut inner, &mut piece)? {
        client.write_all(&piece[..read])?;
    }
    Ok(())
}

/// The length of the next piece; nothing where the answer has ended, or the client has gone or says more.
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
