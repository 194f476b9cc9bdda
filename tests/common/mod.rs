//! What the tests share: a folder of their own, commands as a person types them, and servers that end.
//!
//! Every wait is bounded: what hangs, fails.

pub(crate) mod play;
pub(crate) mod peers;
pub(crate) mod wire;
pub(crate) mod x509;
pub(crate) mod pages;
pub(crate) mod snapshots;
pub(crate) mod json;
pub(crate) mod properties;
pub(crate) mod hostile;
pub(crate) mod spoiled;

use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may run, and a server may take to say what is expected of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The files that `hello-mtls certs` makes.
pub(crate) const EIGHT: [&str; 8] = [
    "ca.crt",
    "ca.key",
    "client.crt",
    "client.csr",
    "client.key",
    "server.crt",
    "server.csr",
    "server.key",
];

/// A new folder, which is gone when this is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder::below(Path::new(env!("CARGO_TARGET_TMPDIR")), "")
    }

    /// A new folder in another one, with this word before its number.
    pub(crate) fn below(parent: &Path, word: &str) -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{word}{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for the test");
        Folder(path)
    }

    /// A folder in which `hello-mtls certs` was run.
    pub(crate) fn with_certs() -> Folder {
        let folder = Folder::new();
        folder.run("hello-mtls certs").ends(0);
        folder
    }

    /// Runs a command line in this folder, as a shell would; `hello-mtls` is the program under test.
    pub(crate) fn run(&self, line: &str) -> Ran {
        let mut child = self
            .shell(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh");
        let (out, err) = (read_all(child.stdout.take()), read_all(child.stderr.take()));
        let deadline = Instant::now() + PATIENCE;
        let code = wait(&mut child, deadline);
        let rest = deadline.saturating_duration_since(Instant::now()) + Duration::from_secs(1);
        let (stdout, stderr) = (out.recv_timeout(rest), err.recv_timeout(rest));
        let (Some(code), Ok(stdout), Ok(stderr)) = (code, stdout, stderr) else {
            kill_group(&mut child);
            panic!("after {PATIENCE:?} this has not ended: {line}");
        };
        let ran = Ran {
            line: line.to_owned(),
            code,
            stdout,
            stderr,
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }

    /// Starts a command line that goes on until the test ends.
    pub(crate) fn start(&self, line: &str) -> Running {
        let mut child = self
            .shell(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh");
        let output = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take(), &output);
        collect(child.stderr.take(), &output);
        Running {
            line: line.to_owned(),
            child,
            output,
        }
    }

    /// Starts `hello-mtls serve` on a free port, with the certificates in `certs` unless `options`
    /// names others.
    pub(crate) fn serve(&self, options: &str) -> Server {
        Server::of(self.start(&format!(
            "exec hello-mtls serve --listen localhost:0 {options}"
        )))
    }

    fn shell(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_hello-mtls"));
        let mut path = std::env::join_paths([program.parent().expect("its folder")]).expect("PATH");
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell
            .args(["-c", line])
            .current_dir(&self.0)
            .env("PATH", path)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .process_group(0);
        for name in [
            "http_proxy",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "SSLKEYLOGFILE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
        ] {
            shell.env_remove(name);
        }
        shell
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.bytes(name)).into_owned()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        fs::write(self.path(name), contents).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// All names below `dir`, hidden ones too, sorted.
    pub(crate) fn names(&self, dir: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(dir)).unwrap_or_else(|error| panic!("{dir}: {error}"));
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// The permission bits of a file.
    pub(crate) fn mode(&self, name: &str) -> u32 {
        let metadata =
            fs::metadata(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        metadata.permissions().mode() & 0o7777
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A command that has ended. Shown, it reads like the terminal in which it ran.
pub(crate) struct Ran {
    line: String,
    /// The exit code; minus one if a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The exit code was this one.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "exit code\n{self}");
        self
    }

    /// These words are in what it wrote, wherever the lines are folded.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Ran {
        assert!(self.said(words), "not said: {words}\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn does_not_say(self, words: &str) -> Ran {
        assert!(!self.said(words), "said: {words}\n{self}");
        self
    }

    /// This, and nothing else, is what it wrote to stdout.
    #[track_caller]
    pub(crate) fn prints(self, stdout: &str) -> Ran {
        assert_eq!(self.stdout, stdout, "stdout\n{self}");
        self
    }

    /// The commands that its error ends with, below the line with these words.
    #[track_caller]
    pub(crate) fn to_paste(&self, words: &str) -> String {
        let below = self.stderr.lines().skip_while(|line| !line.contains(words));
        let lines: Vec<&str> = below.skip(1).collect();
        assert!(!lines.is_empty(), "nothing to paste\n{self}");
        lines.join("\n")
    }

    fn said(&self, words: &str) -> bool {
        folded(&self.stdout).contains(&folded(words))
            || folded(&self.stderr).contains(&folded(words))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ran {
            line,
            code,
            stdout,
            stderr,
        } = self;
        write!(f, "$ {line}\n{stdout}{stderr}(exit code {code})")
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A command that goes on. It ends when this is dropped.
pub(crate) struct Running {
    line: String,
    child: Child,
    output: Arc<Mutex<String>>,
}

impl Running {
    /// Waits for a line that has these words in it.
    #[track_caller]
    pub(crate) fn line_with(&self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.output();
            if let Some(line) = output.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            // Each stream that is still open holds a share of the output.
            let may_go_on = Instant::now() < deadline && Arc::strong_count(&self.output) > 1;
            assert!(
                may_go_on || self.output() != output,
                "no \"{words}\" from\n$ {}\n{output}",
                self.line
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The number of its process, if its line begins with `exec`.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end, and returns the exit code; minus one if a signal ended it.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> i32 {
        let code = wait(&mut self.child, Instant::now() + PATIENCE);
        code.unwrap_or_else(|| panic!("goes on: {}\n{}", self.line, self.output()))
    }

    /// What it wrote so far.
    pub(crate) fn output(&self) -> String {
        self.output
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        kill_group(&mut self.child);
    }
}

/// A server that listens.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) port: u16,
}

impl Server {
    /// Waits until `hello-mtls serve` listens.
    pub(crate) fn of(running: Running) -> Server {
        let port = port_in(&running.line_with("Server running at "));
        Server { running, port }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }
}

/// `openssl s_server` on a free port, with the certificates in `certs`, asking for the client's.
pub(crate) fn s_server(folder: &Folder, options: &str) -> Server {
    let files = "-CAfile ca.crt -cert server.crt -key server.key";
    let running = folder.start(&format!(
        "cd certs && exec openssl s_server -accept localhost:0 {files} -Verify 1 -verify_return_error {options}"
    ));
    let port = port_in(&running.line_with("ACCEPT"));
    Server { running, port }
}

/// The number at the end of a line, behind a colon: `https://localhost:3000/`.
pub(crate) fn port_in(line: &str) -> u16 {
    let digits = line
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap_or_default();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("no port in: {line}"))
}

/// True if this program can be run here. If not, it says so, and the test has nothing to do.
pub(crate) fn have(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .expect("sh")
        .success();
    if !found {
        skip(&format!("{program} is missing"));
    }
    found
}

/// The version of openssl, `(3, 0)`. `None`, with a visible word: it is missing, or LibreSSL.
pub(crate) fn openssl() -> Option<(u32, u32)> {
    if !have("openssl") {
        return None;
    }
    let output = Command::new("openssl").arg("version").output();
    let words = String::from_utf8_lossy(&output.expect("openssl").stdout).into_owned();
    let mut numbers = words
        .strip_prefix("OpenSSL ")
        .unwrap_or_default()
        .split('.');
    let mut number = || numbers.next()?.parse().ok();
    let version = number().zip(number());
    if version.is_none() {
        skip(&format!("this is not OpenSSL but {}", words.trim()));
    }
    version
}

/// Says that something outside is missing for this test. With `HELLO_MTLS_REQUIRE_TOOLS=1` it fails.
pub(crate) fn skip(why: &str) {
    let required = std::env::var("HELLO_MTLS_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(
        !required,
        "{why}, and HELLO_MTLS_REQUIRE_TOOLS=1 requires it"
    );
    say_skipped(why);
}

/// Says it on the real stderr: what a test prints is shown only if it fails.
pub(crate) fn say_skipped(why: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or_default();
    let line = format!("SKIPPED: {why} ({test})\n");
    let _ = io::stderr().write_all(line.as_bytes());
}

/// The right to use port 3000, which one test at a time has. It is another port, taken: the system
/// gives it back however the test ends, and other processes respect it too.
pub(crate) struct Port3000(TcpListener);

/// Waits for port 3000. `None`, with a visible word: some other program has it.
pub(crate) fn port_3000() -> Option<Port3000> {
    let deadline = Instant::now() + 2 * PATIENCE;
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).ok();
    while Instant::now() < deadline {
        if let Some(lock) = free(13_000) {
            let taken_until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < taken_until {
                if free(3000).is_some() {
                    return Some(Port3000(lock));
                }
                thread::sleep(Duration::from_millis(20));
            }
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    skip("port 3000 is taken by another program");
    None
}

fn read_all(stream: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

fn collect(stream: Option<impl Read + Send + 'static>, output: &Arc<Mutex<String>>) {
    let output = Arc::clone(output);
    let mut stream = BufReader::new(stream.expect("a pipe"));
    thread::spawn(move || {
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(count) if count > 0) {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
}

fn wait(child: &mut Child, deadline: Instant) -> Option<i32> {
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return Some(status.code().unwrap_or(-1));
        }
        if Instant::now() > deadline {
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Ends a shell that we started and everything that it started: they are a process group of their own.
fn kill_group(child: &mut Child) {
    let kill = format!("kill -KILL -{}", child.id());
    let _ = Command::new("sh")
        .args(["-c", &kill])
        .stderr(Stdio::null())
        .status();
    let _ = child.wait();
}
