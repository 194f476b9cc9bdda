//! The servers that are compared: how each is started, and what it is called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Result, trouble};
use crate::files::{folder, program};
use crate::process::{Running, free_port, version};

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    HelloMtls,
    Node,
    Nginx,
    HaProxy,
    Go,
    Hyper,
    Bare,
}

/// In the order of the tables.
pub const ALL: [Server; 7] = [
    Server::HelloMtls,
    Server::Node,
    Server::Nginx,
    Server::HaProxy,
    Server::Go,
    Server::Hyper,
    Server::Bare,
];

impl Server {
    /// Its name in figures and tables.
    pub fn name(self) -> &'static str {
        match self {
            Server::HelloMtls => "hello-mtls",
            Server::Node => "Node",
            Server::Nginx => "nginx",
            Server::HaProxy => "HAProxy",
            Server::Go => "Go",
            Server::Hyper => "hyper",
            Server::Bare => "bare",
        }
    }

    /// The version of the program, or `None` if this machine does not have it.
    pub fn version(self) -> Option<String> {
        let of = |program: &str, arguments: &[&str]| version(program, arguments);
        let number = |text: String, prefix: &str| {
            let rest = text.split(prefix).nth(1).unwrap_or(&text).to_owned();
            rest.split(['-', ' ', '+']).next().unwrap_or("").to_owned()
        };
        match self {
            Server::HelloMtls => Some(number(of_own("hello-mtls")?, "hello-mtls ")),
            Server::Node => Some(number(of("node", &["--version"])?, "v")),
            Server::Nginx => Some(number(of("nginx", &["-v"])?, "nginx/")),
            Server::HaProxy => Some(number(of("haproxy", &["-v"])?, "version ")),
            Server::Go => Some(number(of("go", &["version"])?, "version go")),
            Server::Hyper => locked("hyper"),
            Server::Bare => locked("rustls").map(|version| format!("rustls {version}")),
        }
    }

    /// Starts it in `folder`, where `certs/` lies.
    pub fn start(self, folder: &Path) -> Result<Running> {
        let port = free_port()?;
        let mut command = match self {
            Server::HelloMtls => return hello_mtls(folder, &[]),
            Server::Node => {
                let script = configured("server.js", folder, port)?;
                let mut node = Command::new("node");
                node.arg(script);
                node
            }
            Server::Nginx => {
                let conf = configured("nginx.conf", folder, port)?;
                let mut nginx = Command::new("nginx");
                nginx.arg("-p").arg(folder).arg("-c").arg(conf);
                nginx
            }
            Server::HaProxy => {
                let conf = configured("haproxy.cfg", folder, port)?;
                let mut haproxy = Command::new("haproxy");
                haproxy.arg("-f").arg(conf);
                haproxy
            }
            Server::Go => {
                let mut go = Command::new(built_by_go()?);
                go.arg(port.to_string());
                go
            }
            Server::Hyper | Server::Bare => {
                let mut own = Command::new(program(self.name())?);
                own.arg(port.to_string()).arg(folder);
                own
            }
        };
        Running::start(command.current_dir(folder), port)
    }
}

/// hello-mtls with further `options`.
pub fn hello_mtls(folder: &Path, options: &[String]) -> Result<Running> {
    let port = free_port()?;
    let mut command = Command::new(program("hello-mtls")?);
    command
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .args(["--max-connections", "9000"])
        .args(options);
    Running::start(command.current_dir(folder), port)
}

/// A file of `bench/peers`, with its port.
fn configured(name: &str, folder: &Path, port: u16) -> Result<PathBuf> {
    let template = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("peers")
        .join(name);
    let text = fs::read_to_string(template)?.replace("@PORT@", &port.to_string());
    let path = folder.join(name);
    fs::write(&path, text)?;
    Ok(path)
}

/// The Go server, built once for each run.
fn built_by_go() -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/server.go");
    let program = folder("go")?.join("server");
    if !program.exists() {
        let mut go = Command::new("go");
        let built = go
            .arg("build")
            .arg("-o")
            .arg(&program)
            .arg(source)
            .output()?;
        if !built.status.success() {
            return trouble(String::from_utf8_lossy(&built.stderr));
        }
    }
    Ok(program)
}

fn of_own(name: &str) -> Option<String> {
    let path = program(name).ok()?;
    version(path.to_str()?, &["--version"])
}

/// The version of a crate, from the lock file of this package.
fn locked(name: &str) -> Option<String> {
    let lock = include_str!("../Cargo.lock");
    let entry = lock
        .split(&format!("name = \"{name}\"\nversion = \""))
        .nth(1)?;
    Some(entry.split('"').next()?.to_owned())
}
