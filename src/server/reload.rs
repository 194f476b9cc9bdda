//! New files while the server runs: looked at, read as one set, and put into service for new connections.
//!
//! Unaware of what is in the files. It looks at their metadata a few times a second, because std has no way to be
//! told of a change, and because a look finds every way to replace a file: written in place, moved over, a
//! symbolic link that leads elsewhere (Kubernetes does that).

use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::handshake::ServerSetup;

/// The settings that new connections get. An open connection keeps those with which it began.
#[derive(Clone, Debug)]
pub struct InService(Arc<RwLock<Arc<ServerSetup>>>);

impl InService {
    /// The first settings of a server.
    pub fn new(setup: ServerSetup) -> InService {
        InService(Arc::new(RwLock::new(Arc::new(setup))))
    }

    /// The settings for a connection that begins now.
    pub fn get(&self) -> Arc<ServerSetup> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes new settings. They have a session store of their own, so the tickets of the old ones are worth
    /// nothing. Open connections go on, and their next request is judged by the new CAs and lists.
    pub fn replace(&self, mut new: ServerSetup) {
        let newest = self.get().newest.clone();
        newest.replace(new.judge.clone());
        new.newest = newest;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
    }
}

/// What became of new files.
#[derive(Debug)]
pub enum News {
    /// New files are in service: those that changed, or none after a wake-up without a change.
    Replaced(Vec<PathBuf>),
    /// The new files cannot be used, and the old settings stay in service.
    Kept(Error),
    /// No file has changed: some time has passed.
    Nothing,
}

/// How often the files are looked at. A change is in service after two looks, so within half a second.
const LOOK: Duration = Duration::from_millis(200);

/// After so many looks in a row that all saw another state, the files are read without waiting for rest.
const RESTLESS: u32 = 4;

/// The files of a server, under watch.
#[derive(Debug)]
pub struct Watch {
    paths: Vec<PathBuf>,
    /// What the files looked like when they were read last, or refused last.
    known: Vec<Mark>,
    /// What they looked like at the last look.
    last: Vec<Mark>,
    /// Looks since the files began to change.
    restless: u32,
}

/// What tells one state of a file from another: device, inode, size, and when it was written and changed.
type Mark = Option<(u64, u64, u64, (i64, i64), (i64, i64))>;

/// When to read files that have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// They have not changed, or changed just now.
    Wait,
    /// They have changed, and two looks saw the same.
    Settled,
    /// They change all the time, so any moment is as good as another.
    Restless,
}

impl Watch {
    /// Begins to watch. Call it before the files are read for the first time, so that no change is missed.
    pub fn new(paths: Vec<PathBuf>) -> Watch {
        let known = marks(&paths);
        Watch {
            last: known.clone(),
            paths,
            known,
            restless: 0,
        }
    }

    /// Goes on watching, on a thread of its own. `load` reads the files and makes settings of them; `tell` hears what
    /// became of it. Each byte that comes over `wake` has the files read at once.
    ///
    /// # Errors
    /// The system has no thread for it.
    pub fn start(
        mut self,
        in_service: InService,
        mut wake: UnixStream,
        load: impl Fn() -> Result<ServerSetup, Error> + Send + 'static,
        mut tell: impl FnMut(News) + Send + 'static,
    ) -> std::io::Result<()> {
        // A read that waits for a byte, but not for ever: this is the clock of the looks.
        wake.set_read_timeout(Some(LOOK))?;
        let watch = move || {
            loop {
                let woken = match wake.read(&mut [0; 64]) {
                    Ok(0) => {
                        thread::sleep(LOOK);
                        false
                    }
                    other => other.is_ok(),
                };
                let now = marks(&self.paths);
                let look = if woken {
                    Look::Settled
                } else {
                    self.look(&now)
                };
                tell(self.take(look, now, &in_service, &load));
            }
        };
        thread::Builder::new()
            .name("reload".to_owned())
            .spawn(watch)?;
        Ok(())
    }

    /// Compares what the files look like now with the last time. A set of files is replaced one file at a time, so
    /// it is read when it has come to rest.
    fn look(&mut self, now: &[Mark]) -> Look {
        let rests = self.last == now;
        self.last = now.to_vec();
        if self.known == now {
            self.restless = 0;
            return Look::Wait;
        }
        self.restless += 1;
        match (rests, self.restless >= RESTLESS) {
            (true, _) => Look::Settled,
            (false, true) => Look::Restless,
            (false, false) => Look::Wait,
        }
    }

    /// Reads the files if it is time, and puts them into service if they are one set.
    fn take(
        &mut self,
        look: Look,
        now: Vec<Mark>,
        in_service: &InService,
        load: impl Fn() -> Result<ServerSetup, Error>,
    ) -> News {
        if look == Look::Wait {
            return News::Nothing;
        }
        let loaded = load();
        // Changed while they were read: the next look begins again.
        if marks(&self.paths) != now {
            return News::Nothing;
        }
        match loaded {
            Ok(setup) => in_service.replace(setup),
            // Half of a new set, perhaps. It is worth a word only if it stays like that.
            Err(_) if look == Look::Restless => return News::Nothing,
            Err(error) => {
                self.known = now;
                return News::Kept(error);
            }
        }
        let both = self.known.iter().zip(&now).zip(&self.paths);
        let changed = both.filter(|((known, now), _)| known != now);
        let changed = changed.map(|(_, path)| path.clone()).collect();
        self.known = now;
        News::Replaced(changed)
    }
}

fn marks(paths: &[PathBuf]) -> Vec<Mark> {
    let mark = |path: &PathBuf| {
        let file = fs::metadata(path).ok()?;
        Some((
            file.dev(),
            file.ino(),
            file.size(),
            (file.mtime(), file.mtime_nsec()),
            (file.ctime(), file.ctime_nsec()),
        ))
    };
    paths.iter().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at files that seem to be in these states, one after the other; 0 is the first.
    fn looks<const N: usize>(states: [u64; N]) -> [Look; N] {
        let state = |number| vec![Some((0, number, 0, (0, 0), (0, 0)))];
        let mut watch = Watch {
            paths: Vec::new(),
            known: state(0),
            last: state(0),
            restless: 0,
        };
        states.map(|number| watch.look(&state(number)))
    }

    #[test]
    fn files_are_read_when_two_looks_saw_the_same_change() {
        use Look::{Settled, Wait};
        assert_eq!(looks([0, 0, 1, 1]), [Wait, Wait, Wait, Settled]);
        assert_eq!(looks([1, 2, 3, 3]), [Wait, Wait, Wait, Settled]);
        assert_eq!(looks([1, 0, 0, 0]), [Wait; 4], "it was changed back");
    }

    #[test]
    fn files_that_never_rest_are_read_all_the_same() {
        use Look::{Restless, Wait};
        let seen = looks([1, 2, 3, 4, 5, 6]);
        assert_eq!(seen, [Wait, Wait, Wait, Restless, Restless, Restless]);
    }
}
