//! The server's log: blocks of lines that any thread hands over, and one thread that writes them.
//!
//! A terminal can be halted and a pipe be full, and then a write waits, for hours. Here only the thread of
//! the log waits. Connections hand their lines over and go on; when too much lies waiting, new lines are
//! counted instead of kept, and the next one that finds room tells how many are missing.
//!
//! To wake a thread and to write cost more than to answer a request. So the thread of the log gathers for a moment,
//! then writes all that has come in one piece.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that may lie waiting before lines are left out.
const ROOM: usize = 1024 * 1024;
/// How late a line may appear: as long as others are gathered.
const GATHER: Duration = Duration::from_millis(20);
/// How long the end waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Where lines are handed over. Each write is a block, which no other one parts.
#[derive(Clone)]
pub(super) struct Log(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// A first block lies waiting, or the last one has been written.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    /// The blocks that were handed over since the last write.
    blocks: Vec<u8>,
    /// Bytes that are being written.
    leaving: usize,
    /// Lines left out since the last block.
    missed: usize,
}

impl Log {
    /// A log that goes to `out`, many blocks at a time. What `out` does not take is lost: a closed terminal
    /// ends no connection.
    pub(super) fn to(mut out: impl Write + Send + 'static) -> io::Result<Log> {
        let log = Log(Arc::default());
        let shared = Arc::clone(&log.0);
        let write = move || {
            loop {
                let blocks = shared.gather();
                let _ = out.write_all(&blocks);
                shared.lock().leaving = 0;
                shared.changed.notify_all();
            }
        };
        thread::Builder::new().name("log".to_owned()).spawn(write)?;
        Ok(log)
    }

    /// Hands a line over.
    pub(super) fn say(&self, line: &str) {
        self.hand_over(&[line.as_bytes(), b"\n"]);
    }

    /// Waits until all that was handed over is written, unless nobody reads it.
    pub(super) fn finish(&self) {
        let unwritten = |queue: &mut Queue| !queue.blocks.is_empty() || queue.leaving > 0;
        let mut queue = self.0.lock();
        queue.tell_missed();
        self.0.changed.notify_all();
        let _ = self
            .0
            .changed
            .wait_timeout_while(queue, LAST_LINES, unwritten);
    }

    fn hand_over(&self, block: &[&[u8]]) {
        let mut queue = self.0.lock();
        if queue.blocks.len() + queue.leaving > ROOM {
            let lines = block.iter().copied().flatten();
            queue.missed += lines.filter(|byte| **byte == b'\n').count();
            return;
        }
        let first = queue.blocks.is_empty();
        queue.tell_missed();
        block
            .iter()
            .for_each(|part| queue.blocks.extend_from_slice(part));
        drop(queue);
        // The later ones find the thread awake, or on its way to look.
        if first {
            self.0.changed.notify_all();
        }
    }
}

impl Queue {
    fn tell_missed(&mut self) {
        match std::mem::take(&mut self.missed) {
            0 => {}
            missed => {
                let told = format!("… lines not shown, because nobody read them: {missed}\n");
                self.blocks.extend(told.into_bytes());
            }
        }
    }
}

impl Shared {
    /// Waits for a first block, then a moment for others, and takes them all.
    fn gather(&self) -> Vec<u8> {
        let empty = |queue: &mut Queue| queue.blocks.is_empty();
        let waited = self.changed.wait_while(self.lock(), empty);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        thread::sleep(GATHER);
        let mut queue = self.lock();
        queue.leaving = queue.blocks.len();
        std::mem::take(&mut queue.blocks)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        self.hand_over(&[block]);
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// A reader that reads nothing until it is told to.
    struct Halted(Receiver<()>, Sender<String>);

    impl Write for Halted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            let _ = self.1.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_nobody_reads_is_counted_and_what_is_read_is_in_order() {
        let (go_on, halted) = channel();
        let (read, reads) = channel();
        let mut log = Log::to(Halted(halted, read)).unwrap();
        log.say("first");
        log.say("second");
        log.write_all(&vec![b'x'; ROOM]).unwrap();
        for number in 0..10 {
            log.say(&format!("lost {number}"));
        }
        drop(go_on);
        let all = reads.recv().unwrap();
        assert!(all.starts_with("first\nsecond\nx"), "{}", &all[..20]);
        assert_eq!(all.len(), "first\nsecond\n".len() + ROOM);
        // The byte that makes room is counted after it was read.
        let mut after = String::new();
        while after.is_empty() {
            log.say("after");
            after = reads.try_recv().unwrap_or_default();
        }
        let (told, last) = after.split_once('\n').unwrap();
        let missed: usize = told.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(missed >= 10, "{after}");
        assert!(told.starts_with("… lines not shown, because nobody read them: "));
        assert!(last.starts_with("after\n"), "{last}");
    }

    #[test]
    fn the_end_waits_for_the_last_line_and_not_for_ever() {
        let (go_on, halted) = channel();
        let (read, reads) = channel();
        let log = Log::to(Halted(halted, read)).unwrap();
        log.say("nobody reads this");
        log.finish();
        drop(go_on);
        log.say("last");
        log.finish();
        let told: String = reads.try_iter().collect();
        assert_eq!(told, "nobody reads this\nlast\n");
    }

    #[test]
    fn what_is_missing_at_the_end_is_told() {
        let (go_on, halted) = channel();
        let (read, reads) = channel();
        let mut log = Log::to(Halted(halted, read)).unwrap();
        log.write_all(&vec![b'x'; ROOM + 1]).unwrap();
        log.say("lost");
        drop(go_on);
        log.finish();
        let told: String = reads.try_iter().collect();
        assert!(told.ends_with("… lines not shown, because nobody read them: 1\n"));
    }
}
