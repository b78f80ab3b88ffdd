//! The server: a listener on loopback, and behind it tiny_http, on a socket that only this user can reach.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tempfile::TempDir;
use tiny_http::{Request, Server as Http};

use super::listener::Listener;
use crate::ground::private;

/// Threads that answer.
const ANSWERING: usize = 4;

/// What knows the answers.
pub trait Answers: Send + Sync + 'static {
    /// Answers one question.
    fn answer(&self, request: Request);

    /// There will be no more questions: answers that have not ended end now.
    fn end(&self) {}
}

/// A server that runs until it is dropped; then its threads have ended and its socket is gone.
pub struct Server {
    answerer: Arc<dyn Answers>,
    listener: Option<Listener>,
    http: Option<Arc<Http>>,
    threads: Vec<JoinHandle<()>>,
    /// Holds the socket; only its owner may enter.
    _folder: TempDir,
}

impl Server {
    /// Answers on listeners that [`Listener::bind`] made.
    ///
    /// # Errors
    /// The system refuses sockets, threads or a temporary folder.
    pub fn start(listeners: Vec<TcpListener>, answerer: impl Answers) -> io::Result<Self> {
        let folder = private::passing_folder("gradus-", &std::env::temp_dir())?;
        let socket = folder.path().join("socket");
        let http = Http::http_unix(&socket).map_err(io::Error::other)?;
        fs::set_permissions(&socket, private::of_file())?;
        let mut server = Self {
            answerer: Arc::new(answerer),
            listener: None,
            http: Some(Arc::new(http)),
            threads: Vec::new(),
            _folder: folder,
        };
        server.answer()?;
        server.listener = Some(Listener::start(listeners, socket)?);
        Ok(server)
    }

    fn answer(&mut self) -> io::Result<()> {
        for http in self.http.iter().cycle().take(ANSWERING) {
            let (http, answerer) = (Arc::clone(http), Arc::clone(&self.answerer));
            let work = move || {
                // It fails where it is told to end.
                while let Ok(request) = http.recv() {
                    answerer.answer(request);
                }
            };
            let thread = thread::Builder::new().name("answer".into()).spawn(work)?;
            self.threads.push(thread);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.answerer.end();
        self.listener = None;
        if let Some(http) = self.http.take() {
            self.threads.iter().for_each(|_| http.unblock());
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join(); // a thread that panicked has ended too
        }
    }
}
