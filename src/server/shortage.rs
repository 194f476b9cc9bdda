//! What this process itself lacks: places, file descriptors, threads, memory. It is said in the log, a line a second at
//! most for each, because otherwise the client is blamed, or the network.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a line is said again.
const SELDOM: Duration = Duration::from_secs(1);

/// The shortages of a server, and the log that hears of them.
pub(super) struct Shortages {
    log: Box<dyn Fn(&str) + Send + Sync>,
    /// The ports that the server listens on.
    ports: Vec<u16>,
    /// Read at the start: without a descriptor no file can be opened.
    limits: String,
    places: Seldom,
    descriptors: Seldom,
    threads: Seldom,
}

/// Something that happens a thousand times a second, and is said once.
#[derive(Default)]
struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|at| at.elapsed() >= SELDOM);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

impl Shortages {
    pub(super) fn new(ports: Vec<u16>, log: impl Fn(&str) + Send + Sync + 'static) -> Shortages {
        Shortages {
            log: Box::new(log),
            ports,
            limits: fs::read_to_string("/proc/self/limits").unwrap_or_default(),
            places: Seldom::default(),
            descriptors: Seldom::default(),
            threads: Seldom::default(),
        }
    }

    /// All places are taken, and `accepted` connections wait for one, besides those in the system's queue.
    pub(super) fn of_places(&self, most: usize, accepted: usize) {
        if !self.places.is_due() {
            return;
        }
        let (connections, wait) = match (most, queued(&self.ports)) {
            (1, None) => ("connection", "more wait".to_owned()),
            (_, None) => ("connections", "more wait".to_owned()),
            (1, Some(queued)) => ("connection", format!("waiting: {}", queued + accepted)),
            (_, Some(queued)) => ("connections", format!("waiting: {}", queued + accepted)),
        };
        self.say(&format!("{most} {connections}, the limit; {wait}"));
    }

    /// A connection could not be accepted. Other errors than a shortage of this machine are not told.
    pub(super) fn of_descriptors(&self, error: &io::Error) {
        // The numbers of Linux and of macOS; std has no kinds for them.
        let lacks = match error.raw_os_error() {
            Some(24) => format!(
                "no file descriptor left (ulimit -n is {}); new connections wait; a higher limit: ulimit -n 65536",
                self.limit("Max open files")
            ),
            Some(23) => "no file descriptor left on this machine; new connections wait; \
                a higher limit: sysctl fs.file-max"
                .to_owned(),
            Some(12 | 55 | 105) => {
                "no memory left for a connection; new connections wait".to_owned()
            }
            _ => return,
        };
        if self.descriptors.is_due() {
            self.say(&lacks);
        }
    }

    /// The system started no thread. It says "temporarily unavailable", whichever of its limits was met.
    pub(super) fn of_threads(&self, error: &io::Error) {
        if self.threads.is_due() {
            self.say(&format!(
                "no thread left for a connection ({}); it waits; the limits: ulimit -u is {}, ulimit -v is {}",
                crate::error::io_words(error),
                self.limit("Max processes"),
                self.kilobytes("Max address space"),
            ));
        }
    }

    fn say(&self, line: &str) {
        (self.log)(line);
    }

    /// A limit in bytes as `ulimit` has it, in kilobytes.
    fn kilobytes(&self, name: &str) -> String {
        let bytes = self.limit(name);
        let number: Result<u64, _> = bytes.parse();
        number.map_or_else(|_| bytes.to_owned(), |bytes| (bytes / 1024).to_string())
    }

    /// A soft limit of this process.
    fn limit(&self, name: &str) -> &str {
        let line = self.limits.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line[name.len()..].split_whitespace().next());
        value.unwrap_or("not known")
    }
}

/// How many connections wait in the system's queues of these ports; `None` where that cannot be told.
fn queued(ports: &[u16]) -> Option<usize> {
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
    let counts = tables.map(|table| queued_in(table, ports));
    counts
        .into_iter()
        .flatten()
        .reduce(|one, other| one + other)
}

/// A line: `0: 0100007F:0BB8 00000000:0000 0A 00000000:00000005 …`: the address, the peer's, the state, and the lengths
/// of two queues, in hexadecimal digits.
fn queued_in(table: &str, ports: &[u16]) -> Option<usize> {
    let lines = BufReader::new(File::open(table).ok()?).lines();
    let mut count = 0;
    for line in lines.skip(1).map_while(Result::ok) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, address, _, state, queues, ..] = fields[..] else {
            return None;
        };
        // Listening sockets come first, and the rest may be long.
        if state != "0A" {
            break;
        }
        let port = u16::from_str_radix(address.rsplit(':').next()?, 16).ok()?;
        if ports.contains(&port) {
            count += usize::from_str_radix(queues.rsplit(':').next()?, 16).ok()?;
        }
    }
    Some(count)
}

/// True if this process has no memory left. A library that cannot allocate reports the failure of what it was about to
/// do, for example of a signature, and blames the peer with it.
pub fn of_memory() -> bool {
    const SOME: usize = 1024 * 1024;
    Vec::<u8>::new().try_reserve_exact(SOME).is_err()
}
