//! What the kernel knows about a process: CPU time, memory, threads and descriptors.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::error::{Result, trouble};

/// Allows this process, and those that it starts, as many descriptors as the system lets it.
pub fn raise_limits() -> Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(hard)
}

/// A server that runs. It ends when this value is dropped.
pub struct Running {
    child: Child,
    /// The port at which it listens, on 127.0.0.1.
    pub port: u16,
    /// From its start until it accepted a connection.
    pub started_in: Duration,
}

impl Running {
    /// Starts `command` and waits until it listens at `port`.
    pub fn start(command: &mut Command, port: u16) -> Result<Running> {
        let began = Instant::now();
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = quiet.stderr(Stdio::null()).spawn()?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        while TcpStream::connect(address).is_err() {
            if let Some(status) = child.try_wait()? {
                return trouble(format!("{command:?} ended: {status}"));
            }
            if began.elapsed() > Duration::from_secs(20) {
                child.kill()?;
                return trouble(format!("{command:?} does not listen at {address}"));
            }
            thread::sleep(Duration::from_millis(1));
        }
        let started_in = began.elapsed();
        Ok(Running {
            child,
            port,
            started_in,
        })
    }

    /// The process, and those below it: nginx and HAProxy serve in child processes.
    fn all(&self) -> Vec<u32> {
        let mut all = vec![self.child.id()];
        let mut next = 0;
        while let Some(parent) = all.get(next) {
            let tasks = format!("/proc/{parent}/task/{parent}/children");
            let children = fs::read_to_string(tasks).unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
            next += 1;
        }
        all
    }

    /// The CPU time of all its threads so far, user and system: what utime and stime in /proc/PID/stat count, but in
    /// nanoseconds, where these count hundredths of a second.
    pub fn cpu(&self) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for pid in self.all() {
            let clock = clock_getcpuclockid(Pid::from_raw(pid.try_into()?))?;
            sum += Duration::from(clock_gettime(clock)?);
        }
        Ok(sum)
    }

    /// The memory of all its processes in KiB, each shared page divided by how many share it (PSS).
    pub fn memory(&self) -> Result<f64> {
        let mut sum = 0.0;
        for pid in self.all() {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
            let pss = pss.and_then(|rest| rest.split_whitespace().next());
            sum += pss.unwrap_or("0").parse::<f64>()?;
        }
        Ok(sum)
    }

    /// How many threads it has now.
    pub fn threads(&self) -> Result<usize> {
        Ok(fs::read_dir(self.proc("task"))?.count())
    }

    /// How many descriptors it has open now.
    pub fn descriptors(&self) -> Result<usize> {
        Ok(fs::read_dir(self.proc("fd"))?.count())
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let pid = Pid::from_raw(self.child.id().try_into()?);
        Ok(kill(pid, signal)?)
    }

    /// Waits at most `within` for its end. `None`: it still runs.
    pub fn ended(&mut self, within: Duration) -> Result<Option<std::process::ExitStatus>> {
        let until = Instant::now() + within;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(self.child.try_wait()?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // nginx and HAProxy end their workers only on a polite signal.
        let _ = self.signal(Signal::SIGTERM);
        if !matches!(self.ended(Duration::from_millis(1500)), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A port that is free now.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

/// The first line of what `program` prints about its version. `None`: it is not installed.
pub fn version(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Some(text.lines().next()?.trim().to_owned())
}

/// A line `name : value` of a file in /proc.
pub fn fact(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(Path::new(path)).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
