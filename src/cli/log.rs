//! The server's log: blocks of lines that any thread hands over, and one thread that writes them.
//!
//! A terminal can be halted and a pipe be full, and then a write waits, for hours. Here only the thread of
//! the log waits. Connections hand their lines over and go on; when too much lies waiting, new lines are
//! counted instead of kept, and the next one that finds room tells how many are missing.

use std::io::{self, Write};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Bytes that may lie waiting before lines are left out.
const ROOM: usize = 1024 * 1024;

/// Where lines are handed over. Each write is a block, which no other one parts.
#[derive(Clone)]
pub(super) struct Log(Arc<Mutex<Queue>>);

struct Queue {
    blocks: Sender<Vec<u8>>,
    /// Bytes handed over and not written yet.
    waiting: usize,
    /// Lines left out since the last block.
    missed: usize,
}

impl Log {
    /// A log that goes to `out`, block by block. What `out` does not take is lost: a closed terminal
    /// ends no connection.
    pub(super) fn to(mut out: impl Write + Send + 'static) -> io::Result<Log> {
        let (sender, blocks) = channel::<Vec<u8>>();
        let log = Log(Arc::new(Mutex::new(Queue {
            blocks: sender,
            waiting: 0,
            missed: 0,
        })));
        let queue = Arc::clone(&log.0);
        let write = move || {
            for block in blocks {
                let _ = out.write_all(&block);
                lock(&queue).waiting -= block.len();
            }
        };
        thread::Builder::new().name("log".to_owned()).spawn(write)?;
        Ok(log)
    }

    /// Hands a line over.
    pub(super) fn say(&self, line: &str) {
        self.hand_over(format!("{line}\n").into_bytes());
    }

    fn hand_over(&self, block: Vec<u8>) {
        let mut queue = lock(&self.0);
        if queue.waiting > ROOM {
            queue.missed += block.iter().filter(|byte| **byte == b'\n').count();
            return;
        }
        let mut told = match std::mem::take(&mut queue.missed) {
            0 => Vec::new(),
            missed => format!("… {missed} lines not shown: nobody read them\n").into_bytes(),
        };
        told.extend(block);
        queue.waiting += told.len();
        let _ = queue.blocks.send(told);
    }
}

impl Write for Log {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        self.hand_over(block.to_vec());
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock(queue: &Mutex<Queue>) -> std::sync::MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::Receiver;

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
        log.write_all(&vec![b'x'; ROOM]).unwrap();
        for number in 0..10 {
            log.say(&format!("lost {number}"));
        }
        drop(go_on);
        assert_eq!(reads.recv().unwrap(), "first\n");
        assert_eq!(reads.recv().unwrap().len(), ROOM);
        // The byte that makes room is counted after it was read.
        let mut after = String::new();
        while after.is_empty() {
            log.say("after");
            after = reads.try_recv().unwrap_or_default();
        }
        let missed: usize = after.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(missed >= 10, "{after}");
        assert!(after.ends_with(" lines not shown: nobody read them\nafter\n"));
    }
}
