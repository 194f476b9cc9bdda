//! The command line: parse, then call the library. The one module that names the argument parser.
//!
//! Data goes to stdout; the story, logs and errors go to stderr.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgGroup, Args, Parser, Subcommand};
use rustls::pki_types::ServerName;

use crate::certificates::authority::Authority;
use crate::certificates::request::{KeyType, Name, generate, request};
use crate::certificates::revocation::revoke;
use crate::certificates::signing::{Grant, sign};
use crate::certificates::summary::Summary;
use crate::certificates::{Made, Wishes, inspect, make_set};
use crate::client::{self, Url, connect_tcp, get};
use crate::credentials::{identity, trust};
use crate::doctor::{Case, Party, Shown, examine, live, report};
use crate::error::{Error, diagnose_tls};
use crate::files::{NewFile, Readers, write_all};
use crate::handshake::step6_server_authorizes_client::Allowed;
use crate::handshake::{ClientSetup, ServerSetup, TlsMax, client_config, server_config};
use crate::narration::{Narrator, Side, Silent, Step, Teller, Terminal};
use crate::server::{Limits, Listener, Server, Site, serve_connection};
use crate::transport::Deadline;
use crate::{demo, pem, site, text};

/// TLS and mutual TLS, step by step: read it, run it, watch it.
///
/// Begin with three commands:
///   hello-mtls certs
///   hello-mtls serve
///   hello-mtls get https://localhost:3000/     (in another terminal)
#[derive(Parser)]
#[command(
    name = "hello-mtls",
    version,
    verbatim_doc_comment,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a CA, a server's and a client's certificate
    Certs(Certs),
    /// Show every field of certificates, requests, keys and CRLs
    Inspect {
        /// PEM files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Serve Hello World over mutual TLS
    Serve(Serve),
    /// Get a URL over mutual TLS, as curl does
    Get(Get),
    /// Find out what is wrong with certificates and keys
    Doctor(Doctor),
    /// Tell the whole story, with certificates made for it in target/demo
    Demo,
}

/// Make the tutorial's eight files: ca.key ca.crt server.key server.csr server.crt client.key client.csr client.crt
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
struct Certs {
    #[command(subcommand)]
    one: Option<OneCommand>,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// Server's name [default: localhost 127.0.0.1 ::1]
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host)]
    hosts: Vec<Name>,
    /// Client's name, also in its URI
    #[arg(long, value_name = "CN", default_value = "my-client", value_parser = common_name)]
    client: String,
    #[command(flatten)]
    making: Making,
    /// Let an intermediate CA sign the leaves
    #[arg(long)]
    intermediate: bool,
}

#[derive(Args, Clone)]
struct Making {
    /// ecdsa-p256, rsa-2048 or ed25519
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = KeyType::parse)]
    key_type: KeyType,
    /// Days of validity
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

#[derive(Subcommand)]
enum OneCommand {
    /// Make a CA: ca.key and ca.crt
    ///
    /// As the tutorial does with:
    ///   openssl req -new -x509 -nodes -days 365 -subj '/CN=my-ca' \
    ///     -keyout ca.key -out ca.crt
    #[command(verbatim_doc_comment)]
    Ca {
        /// Folder of the files
        #[arg(long, default_value = "certs")]
        dir: PathBuf,
        /// The CA's common name
        #[arg(long, default_value = "my-ca", value_parser = common_name)]
        cn: String,
        #[command(flatten)]
        making: Making,
    },
    /// Make a key and a request: NAME.key and NAME.csr
    ///
    /// As the tutorial does with:
    ///   openssl genrsa -out server.key 2048
    ///   openssl req -new -key server.key -subj '/CN=localhost' -out server.csr
    #[command(verbatim_doc_comment)]
    Request {
        #[command(flatten)]
        leaf: Leaf,
        /// ecdsa-p256, rsa-2048 or ed25519
        #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = KeyType::parse)]
        key_type: KeyType,
        /// Overwrite files that exist
        #[arg(long)]
        force: bool,
    },
    /// Sign a request with the CA: NAME.csr becomes NAME.crt
    ///
    /// As the tutorial does with:
    ///   openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
    ///     -CAcreateserial -days 365 -out server.crt
    ///
    /// But what is granted is what you write here, not what the request asks for.
    #[command(verbatim_doc_comment)]
    Sign {
        #[command(flatten)]
        leaf: Leaf,
        /// The CA that signs: CA.crt and CA.key
        #[arg(long, value_name = "CA", default_value = "ca")]
        ca: String,
        /// Days of validity
        #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
        /// Overwrite a certificate that exists
        #[arg(long)]
        force: bool,
    },
    /// Revoke certificates: adds them to ca.crl, for serve --crl
    ///
    /// As openssl does with:
    ///   openssl ca -revoke client.crt
    ///   openssl ca -gencrl -out ca.crl
    #[command(verbatim_doc_comment)]
    Revoke {
        /// Certificates to revoke; none: a fresh list with the entries it has
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Folder with ca.crt, ca.key and ca.crl
        #[arg(long, default_value = "certs")]
        dir: PathBuf,
        /// The CA that revokes: CA.crt, CA.key; into CA.crl
        #[arg(long, value_name = "CA", default_value = "ca")]
        ca: String,
        /// Days until the next list is due
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=36_500))]
        days: u32,
    },
}

/// A leaf: whose files, and what it is to be.
#[derive(Args)]
#[command(group = ArgGroup::new("role").required(true).args(["hosts", "client"]))]
struct Leaf {
    /// Name of the files, for example server
    #[arg(value_parser = file_stem)]
    name: String,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// For a server with this name or address
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host)]
    hosts: Vec<Name>,
    /// For a client with this common name
    #[arg(long, value_name = "CN", value_parser = common_name)]
    client: Option<String>,
}

#[derive(Args)]
struct Files {
    /// Folder with all three files [default: certs]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["cacert", "cert", "key"])]
    certs: Option<PathBuf>,
    /// CAs that vouch for the other side
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Certificate to show, leaf first
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Private key of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

#[derive(Args)]
struct Serve {
    /// Where; localhost is v4 and v6 [default: localhost:3000]
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "localhost:3000",
        hide_default_value = true
    )]
    listen: String,
    #[command(flatten)]
    files: Files,
    /// TLS only: do not ask for client certificates
    #[arg(long, conflicts_with_all = ["allow", "crl"])]
    tls: bool,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
    /// Let in only uri:…, dns:… or (legacy) cn:…
    #[arg(long, value_name = "ID", value_parser = Allowed::parse)]
    allow: Vec<Allowed>,
    /// Revocation list of a client CA
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Connections at a time; more wait
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    max_connections: usize,
    /// Tell each step of each connection
    #[arg(long)]
    narrate: bool,
}

#[derive(Args)]
struct Get {
    /// https://host[:port][/path]
    url: String,
    #[command(flatten)]
    files: Files,
    /// Highest TLS version: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", default_value = "1.3", value_parser = tls_max)]
    tls_max: TlsMax,
    /// Get it a second time, on a ticket of the first
    #[arg(long)]
    twice: bool,
    /// Tell each step
    #[arg(long)]
    narrate: bool,
}

/// Reads the files of one side or both, and a live server if there is a URL. Exits with 1 on errors.
#[derive(Args)]
struct Doctor {
    /// Look at this server too, as a client with these files
    url: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Whose files: server or client [default: both in a folder]
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Option<Side>,
    /// Name or address that clients dial [default: localhost]
    #[arg(long, value_name = "NAME", value_parser = server_name, conflicts_with = "url")]
    host: Option<ServerName<'static>>,
    /// Revocation list that is loaded
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
}

fn role(name: &str) -> Result<Side, String> {
    match name {
        "server" => Ok(Side::Server),
        "client" => Ok(Side::Client),
        _ => Err("server or client".to_owned()),
    }
}

fn server_name(name: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(name.to_owned())
        .map_err(|_| "neither a host name nor an IP address".to_owned())
}

fn tls_max(version: &str) -> Result<TlsMax, String> {
    match version {
        "1.2" => Ok(TlsMax::Tls12),
        "1.3" => Ok(TlsMax::Tls13),
        _ => Err("1.2 or 1.3".to_owned()),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "a number from 1".to_owned())
}

fn common_name(name: &str) -> Result<String, String> {
    match name {
        "" => Err("it is empty".to_owned()),
        _ if name.chars().count() > 64 => {
            Err("more than 64 characters (RFC 5280, upper bound)".to_owned())
        }
        _ if name != text::terminal(name) => {
            Err("it has a character that cannot be shown".to_owned())
        }
        _ => Ok(name.to_owned()),
    }
}

fn file_stem(name: &str) -> Result<String, String> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    plain
        .then(|| name.to_owned())
        .ok_or_else(|| "a name without a folder, for example server".to_owned())
}

/// Runs a command line and returns the exit code: 0 done, 1 failed, 2 wrong command line.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = match cli.command {
        Command::Certs(certs) => run_certs(certs),
        Command::Inspect { files } => inspect_files(&files),
        Command::Serve(serve) => run_serve(serve),
        Command::Get(get) => run_get(&get),
        Command::Doctor(doctor) => match run_doctor(&doctor) {
            Ok(true) => return ExitCode::FAILURE,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        },
        Command::Demo => demo::run(Path::new("target/demo"), &mut io::stdout().lock()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough: `hello-mtls inspect … | head -1`.
        Err(Error::Output { source }) if source.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("hello-mtls: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// A line on stderr. If nobody reads it, nobody misses it.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn print(bytes: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|source| Error::Output { source })
}

fn run_certs(certs: Certs) -> Result<(), Error> {
    match certs.one {
        None => {
            let mut wishes = Wishes {
                client: certs.client,
                key_type: certs.making.key_type,
                days: certs.making.days,
                intermediate: certs.intermediate,
                ..Wishes::default()
            };
            if !certs.hosts.is_empty() {
                wishes.hosts = certs.hosts;
            }
            place(&certs.dir, make_set(&wishes)?, certs.making.force)
        }
        Some(OneCommand::Ca { dir, cn, making }) => {
            let ca = Authority::create(&cn, making.key_type, making.days)?;
            let files = vec![
                made(
                    "ca.key".into(),
                    ca.key_pem(),
                    Readers::OnlyMe,
                    "the CA's private key: keep it away",
                ),
                made(
                    "ca.crt".into(),
                    ca.certificate_pem().to_owned(),
                    Readers::Everybody,
                    "the CA's certificate",
                ),
            ];
            place(&dir, files, making.force)
        }
        Some(OneCommand::Request {
            leaf,
            key_type,
            force,
        }) => {
            let grant = leaf.grant();
            let key = generate(key_type)?;
            let csr = request(&key, &grant.common_name, &grant.names)?;
            let files = vec![
                made(
                    format!("{}.key", leaf.name),
                    key.serialize_pem(),
                    Readers::OnlyMe,
                    "the private key: stays here",
                ),
                made(
                    format!("{}.csr", leaf.name),
                    csr,
                    Readers::Everybody,
                    "the request: goes to the CA",
                ),
            ];
            place(&leaf.dir, files, force)
        }
        Some(OneCommand::Sign {
            leaf,
            ca,
            days,
            force,
        }) => {
            let authority = load_authority(&leaf.dir, &ca)?;
            let csr = leaf.dir.join(format!("{}.csr", leaf.name));
            let signed = sign(&authority, &pem::request(&csr)?, &leaf.grant(), days)?;
            for wish in &signed.not_granted {
                say(&format!(
                    "not granted, though the request asks for it: {wish}"
                ));
            }
            let chain = signed.pem + authority.chain_pem();
            let file = made(
                format!("{}.crt", leaf.name),
                chain,
                Readers::Everybody,
                "the certificate",
            );
            place(&leaf.dir, vec![file], force)
        }
        Some(OneCommand::Revoke {
            files,
            dir,
            ca,
            days,
        }) => {
            let authority = load_authority(&dir, &ca)?;
            let path = dir.join(format!("{ca}.crl"));
            let earlier = match path.exists() {
                true => pem::revocation_lists(&path)?,
                false => Vec::new(),
            };
            let mut leaves = Vec::new();
            for file in &files {
                leaves.push(pem::certificates(file)?.swap_remove(0));
            }
            let list = revoke(&authority, earlier.first(), &leaves, days)?;
            let purpose = "the revocation list; for serve --crl, until the next one";
            place(
                &dir,
                vec![made(format!("{ca}.crl"), list, Readers::Everybody, purpose)],
                true,
            )
        }
    }
}

impl Leaf {
    fn grant(&self) -> Grant {
        match &self.client {
            Some(client) => Grant::client(client),
            None => Grant::server(self.hosts.clone()),
        }
    }
}

fn load_authority(dir: &Path, name: &str) -> Result<Authority, Error> {
    Authority::load(
        &dir.join(format!("{name}.crt")),
        &dir.join(format!("{name}.key")),
    )
}

fn made(name: String, contents: String, readers: Readers, purpose: &'static str) -> Made {
    Made {
        name,
        contents,
        readers,
        purpose,
    }
}

/// Writes files into a folder and lists them, a line each.
fn place(dir: &Path, files: Vec<Made>, overwrite: bool) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::File {
        doing: "write",
        path: dir.to_owned(),
        source,
    })?;
    let mut list = String::new();
    let mut new = Vec::new();
    for Made {
        name,
        contents,
        readers,
        purpose,
    } in files
    {
        let path = dir.join(&name);
        list.push_str(&format!(
            "{:<22} {purpose}\n",
            text::terminal(&path.display().to_string())
        ));
        new.push(NewFile {
            path,
            contents: contents.into_bytes(),
            readers,
        });
    }
    write_all(&new, overwrite)?;
    print(&list)
}

fn inspect_files(files: &[PathBuf]) -> Result<(), Error> {
    let output = |source| Error::Output { source };
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    for (number, file) in files.iter().enumerate() {
        let items = pem::items(file)?;
        let many = items.len() > 1;
        for (block, (kind, der)) in items.iter().enumerate() {
            if number + block > 0 {
                writeln!(stdout).map_err(output)?;
            }
            let name = file.display();
            let title = if many {
                format!("{name}, block {}", block + 1)
            } else {
                name.to_string()
            };
            inspect::write(&mut stdout, &title, *kind, der).map_err(output)?;
        }
    }
    stdout.flush().map_err(output)
}

impl Files {
    /// The CA file, and certificate and key if there are any. `side` names the files in a folder.
    fn paths(&self, side: Side) -> (Option<PathBuf>, Option<(PathBuf, PathBuf)>) {
        let Files {
            certs,
            cacert,
            cert,
            key,
        } = self;
        if cacert.is_some() || cert.is_some() || key.is_some() {
            return (cacert.clone(), cert.clone().zip(key.clone()));
        }
        let dir = certs.as_deref().unwrap_or(Path::new("certs"));
        let own = (
            dir.join(format!("{side}.crt")),
            dir.join(format!("{side}.key")),
        );
        (Some(dir.join("ca.crt")), Some(own))
    }
}

impl Files {
    /// Whose files these are: in a folder of those that are there; otherwise as the certificate says.
    fn sides(&self) -> Vec<Side> {
        if let Some(cert) = &self.cert {
            let der = pem::certificates(cert)
                .ok()
                .and_then(|chain| chain.into_iter().next());
            let clients_only =
                der.is_some_and(|der| Summary::of(&der).is_some_and(|one| one.for_clients_only));
            return vec![if clients_only {
                Side::Client
            } else {
                Side::Server
            }];
        }
        let here = |side: &Side| match self.paths(*side) {
            (_, Some((cert, key))) => cert.exists() || key.exists(),
            _ => false,
        };
        let both = [Side::Server, Side::Client];
        match both.into_iter().filter(here).collect::<Vec<_>>() {
            none if none.is_empty() => both.to_vec(),
            some => some,
        }
    }
}

fn missing(option: &str, why: &str) -> Error {
    Error::Usage {
        found: format!("{option} is missing: {why}"),
        remedy: format!("{option} FILE, or --certs DIR"),
    }
}

fn teller(narrate: bool) -> Arc<dyn Teller> {
    match narrate {
        true => Arc::new(Terminal::new(io::stderr())),
        false => Arc::new(Silent),
    }
}

fn unusable(side: Side, error: &rustls::Error) -> Error {
    Error::Tls {
        side,
        peer: "nobody yet".to_owned(),
        diagnosis: diagnose_tls(side, error),
    }
}

fn server_setup(serve: &Serve) -> Result<ServerSetup, Error> {
    let (authorities, own) = serve.files.paths(Side::Server);
    let Some((cert, key)) = own else {
        return Err(missing("--cert", "a server has to show a certificate"));
    };
    let identity = identity(Side::Server, &cert, &key)?;
    let clients = match (serve.tls, authorities) {
        (true, _) => None,
        (false, Some(authorities)) => Some(trust(&authorities, &serve.crl)?),
        (false, None) => {
            return Err(missing(
                "--cacert",
                "who vouches for clients? (--tls asks for none)",
            ));
        }
    };
    let narrator = Narrator::new(Side::Server, teller(serve.narrate));
    server_config(
        identity,
        clients.as_ref(),
        serve.allow.clone(),
        serve.tls_max,
        narrator,
    )
    .map_err(|error| unusable(Side::Server, &error))
}

fn run_serve(serve: Serve) -> Result<(), Error> {
    let setup = server_setup(&serve)?;
    let listener = Listener::bind(&serve.listen)?;
    greet(&serve, &listener);
    let limits = Limits::default();
    let site = Site {
        answer: Box::new(site::answer),
        log: Box::new(say),
        limits,
    };
    let server = Server::start(
        listener,
        serve.max_connections,
        move |socket, address, number| {
            setup
                .narrator
                .open(number, || format!("{address} connects"));
            let served = Deadline::new(socket, limits.handshake)
                .map_err(|source| Error::Output { source })
                .and_then(|transport| serve_connection(&setup, &site, transport, address));
            if let Err(Error::Tls { diagnosis, .. }) = served {
                say(&format!(
                    "{address} refused at step {}: {}",
                    diagnosis.step.number(),
                    diagnosis.found
                ));
            }
        },
    );
    let server = server.map_err(|source| Error::Output { source })?;
    server.wait();
    Ok(())
}

/// What the server is about to do, and whom it will let in.
fn greet(serve: &Serve, listener: &Listener) {
    let port = listener
        .addresses
        .first()
        .map_or(0, std::net::SocketAddr::port);
    let host = serve
        .listen
        .rsplit_once(':')
        .map_or("localhost", |(host, _)| host);
    say(&format!(
        "Server running at https://{}:{port}/",
        text::terminal(host)
    ));
    for address in &listener.addresses {
        say(&format!("  listening on {address}"));
    }
    for note in &listener.notes {
        say(&format!("  note: {note}"));
    }
    match (serve.tls, &serve.allow[..]) {
        (true, _) => say("  TLS: clients are not asked who they are"),
        (false, []) => {
            say("  mTLS: every client that the CA vouches for is let in (--allow names them)")
        }
        (false, allowed) => allowed.iter().for_each(|name| {
            let legacy = if matches!(name, Allowed::CommonName(_)) {
                " (legacy: a CN is free text)"
            } else {
                ""
            };
            say(&format!("  mTLS: let in is {name}{legacy}"));
        }),
    }
}

fn client_setup(get: &Get) -> Result<ClientSetup, Error> {
    let (authorities, own) = get.files.paths(Side::Client);
    let Some(authorities) = authorities else {
        return Err(missing("--cacert", "who vouches for the server?"));
    };
    let trust = trust(&authorities, &[])?;
    let identity = own
        .map(|(cert, key)| identity(Side::Client, &cert, &key))
        .transpose()?;
    let narrator = Narrator::new(Side::Client, teller(get.narrate));
    client_config(&trust, identity, get.tls_max, narrator)
        .map_err(|error| unusable(Side::Client, &error))
}

fn run_get(options: &Get) -> Result<(), Error> {
    let url = Url::parse(&options.url)?;
    let setup = client_setup(options)?;
    for number in 1..=if options.twice { 2 } else { 1 } {
        let (socket, address) = connect_tcp(&url.place)?;
        setup
            .narrator
            .open(number, || format!("connected to {address}"));
        let transport =
            Deadline::new(socket, client::HANDSHAKE).map_err(|source| Error::Output { source })?;
        let mut stdout = io::stdout().lock();
        get(&setup, &url, transport, &mut stdout).map_err(|error| explained(error, options))?;
        stdout.flush().map_err(|source| Error::Output { source })?;
    }
    Ok(())
}

/// Adds to a refusal what the client's own files tell about it.
fn explained(error: Error, options: &Get) -> Error {
    let Error::Tls {
        side,
        peer,
        mut diagnosis,
    } = error
    else {
        return error;
    };
    let (authorities, own) = options.files.paths(Side::Client);
    let case = Case {
        authorities,
        parties: own
            .map(|pair| party(Side::Client, pair))
            .into_iter()
            .collect(),
        ..Case::default()
    };
    match diagnosis.step {
        Step::ServerVerifiesClient => {
            let findings = examine(&case).findings.into_iter();
            let mut relevant = findings.filter(|finding| finding.step == diagnosis.step);
            if let Some(finding) = relevant.next() {
                let file = text::terminal(&finding.file.display().to_string());
                diagnosis.found += &format!("\n{file}: {}", finding.found);
                diagnosis.remedy = finding.fix;
            }
        }
        Step::ClientVerifiesServer => {
            let url = text::shell(Path::new(&options.url));
            diagnosis.remedy += &format!("\nmore: hello-mtls doctor {url}");
        }
        _ => {}
    }
    Error::Tls {
        side,
        peer,
        diagnosis,
    }
}

fn party(side: Side, (certificate, key): (PathBuf, PathBuf)) -> Party {
    Party {
        side,
        certificate: Shown::File(certificate),
        key: Some(key),
    }
}

/// Whether something was found that fails.
fn run_doctor(options: &Doctor) -> Result<bool, Error> {
    let url = options.url.as_deref().map(Url::parse).transpose()?;
    let sides = match (&options.url, options.role) {
        (Some(_), Some(Side::Server)) => {
            return Err(Error::Usage {
                found: "--role server with a URL: whoever dials is the client".to_owned(),
                remedy: "leave out one of the two".to_owned(),
            });
        }
        (Some(_), _) => vec![Side::Client],
        (None, Some(side)) => vec![side],
        (None, None) => options.files.sides(),
    };
    let mut case = Case {
        crls: options.crl.clone(),
        ..Case::default()
    };
    for side in sides {
        let (authorities, own) = options.files.paths(side);
        case.authorities = authorities;
        case.parties.extend(own.map(|pair| party(side, pair)));
    }
    if let Some(host) = &options.host {
        case.host = host.clone();
    }
    let report = match &url {
        Some(url) => live::examine(&case, url),
        None => examine(&case),
    };
    let mut page = Vec::new();
    let output = |source| Error::Output { source };
    report::write(&mut page, &report).map_err(output)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(report.fails())
}
