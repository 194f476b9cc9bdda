//! The threads of connections. A thread serves one connection from its first byte to its last, and then waits a moment
//! for another one: a new thread costs as much as half a handshake.

use std::io;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// How long a thread waits for its next connection.
const IDLE: Duration = Duration::from_secs(5);

/// What a thread does for one connection.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// The threads that wait for a connection. There is no limit here: each job finds a thread or gets a new one, and
/// [`Places`](super::places::Places) bounds the jobs.
#[derive(Debug, Default)]
pub(super) struct Threads {
    /// The last one that came is the first one to go on: its stack is still in the processor's cache.
    waiting: Mutex<Vec<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    thread: ThreadId,
    jobs: SyncSender<Job>,
}

impl Threads {
    /// Gives `job` to a thread that waits, or else to a new one.
    ///
    /// # Errors
    /// The job, and why the system has no thread for it.
    pub(super) fn run(self: &Arc<Self>, mut job: Job) -> Result<(), (Job, io::Error)> {
        loop {
            let Some(next) = self.waiting().pop() else {
                return self.start(job);
            };
            match next.jobs.send(job) {
                Ok(()) => return Ok(()),
                Err(SendError(given_back)) => job = given_back,
            }
        }
    }

    fn start(self: &Arc<Self>, job: Job) -> Result<(), (Job, io::Error)> {
        // Room for one: the sender never waits.
        let (sender, jobs) = sync_channel(1);
        let threads = Arc::clone(self);
        let started = thread::Builder::new()
            .name("connection".to_owned())
            .spawn(move || threads.work(&jobs));
        match started {
            Ok(_) => sender
                .send(job)
                .map_err(|SendError(job)| (job, io::ErrorKind::BrokenPipe.into())),
            Err(error) => Err((job, error)),
        }
    }

    /// The life of a thread: connection after connection.
    fn work(&self, first: &Receiver<Job>) {
        let thread = thread::current().id();
        let mut next = first.recv().ok();
        while let Some(job) = next {
            job();
            let (sender, jobs) = sync_channel(1);
            self.waiting().push(Waiting {
                thread,
                jobs: sender,
            });
            next = match jobs.recv_timeout(IDLE) {
                Ok(job) => Some(job),
                // Off the list first, or a connection could be sent to a thread that has gone.
                Err(_) if self.leave(thread) => None,
                // Not on the list any more: a connection for this thread is on its way.
                Err(_) => jobs.recv().ok(),
            };
        }
    }

    /// Lets the threads go that wait.
    pub(super) fn end(&self) {
        self.waiting().clear();
    }

    /// Takes a thread off the list. False: it was not on it.
    fn leave(&self, thread: ThreadId) -> bool {
        let mut waiting = self.waiting();
        let at = waiting.iter().position(|one| one.thread == thread);
        at.map(|at| waiting.remove(at)).is_some()
    }

    /// A thread that panics while it holds the lock leaves a list behind that is still right.
    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
