//! Places for connections: how many are open, which ones, and the wait of the next one when there are enough.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::shortage::Shortages;
use crate::transport::{Handle, Leave, Socket};

/// How long a client may say nothing when places are scarce: when three quarters of them are taken. Its ClientHello
/// comes a round trip after the connection, so an honest client needs less. Without this, as many silent strangers as
/// there are places would keep everybody out for the time of a whole handshake.
const PATIENCE_WHEN_SCARCE: Duration = Duration::from_secs(1);
/// How often the silent are looked for, at most.
const LOOK: Duration = Duration::from_millis(100);

/// A counting semaphore that knows who holds it.
pub(super) struct Places {
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
    shortages: Arc<Shortages>,
}

#[derive(Default)]
struct State {
    open: HashMap<u64, Handle>,
    /// Threads that wait for a change.
    waiting: usize,
    closed: bool,
    /// When the silent were looked for.
    looked: Option<Instant>,
}

/// The right to one connection; dropping it lets the next one in.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
}

impl Places {
    pub(super) fn new(most: usize, shortages: Arc<Shortages>) -> Places {
        Places {
            most,
            state: Mutex::default(),
            changed: Condvar::new(),
            shortages,
        }
    }

    /// Waits for a place for connection `number`. `None`: the server ends, and there is none left.
    pub(super) fn enter(self: &Arc<Self>, number: u64, socket: &Socket) -> Option<Place> {
        loop {
            let mut state = self.state();
            if state.open.len() < self.most {
                let handle = socket.handle();
                if state.closed {
                    handle.answer_once_more();
                }
                state.open.insert(number, handle);
                state.hurry_the_silent(self.most);
                let places = Arc::clone(self);
                return Some(Place { places, number });
            }
            if state.closed {
                return None;
            }
            state.hurry_the_silent(self.most);
            let waiting = state.waiting + 1;
            drop(state);
            self.shortages.of_places(self.most, waiting);
            let full = |state: &State| state.open.len() >= self.most && !state.closed;
            self.wait_while(LOOK, full);
        }
    }

    /// No further wait for a place, and each connection answers once more.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.open.values().for_each(Handle::answer_once_more);
        self.changed.notify_all();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Wakes the threads of these connections.
    pub(super) fn leave(&self, leave: Leave) {
        self.state().open.values().for_each(|one| one.leave(leave));
    }

    /// The number of open connections.
    pub(super) fn open(&self) -> usize {
        self.state().open.len()
    }

    pub(super) fn wait_until_empty(&self, within: Duration) {
        self.wait_while(within, |state| !state.open.is_empty());
    }

    fn wait_while(&self, within: Duration, unchanged: impl Fn(&State) -> bool) {
        let mut state = self.state();
        state.waiting += 1;
        let (mut state, _) = self
            .changed
            .wait_timeout_while(state, within, |state| unchanged(state))
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
    }

    /// A thread that panics while it holds the lock leaves a list behind: it stays right.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// If places are scarce, sends the strangers away that have had their time and said nothing.
    fn hurry_the_silent(&mut self, most: usize) {
        let recently = |at: Instant| at.elapsed() < LOOK;
        if self.open.len() >= most - most / 4 && !self.looked.is_some_and(recently) {
            self.looked = Some(Instant::now());
            let hurry = |one: &Handle| one.hurry(PATIENCE_WHEN_SCARCE);
            self.open.values().for_each(hurry);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.places.state();
        state.open.remove(&self.number);
        // Waking costs a system call, and on most days nobody waits.
        if state.waiting > 0 {
            self.places.changed.notify_all();
        }
    }
}
