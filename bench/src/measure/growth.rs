//! What grows with the length of a list: the start of hello-mtls, a handshake, a request.

use std::path::Path;

use super::{Progress, cpu_of};
use crate::error::Result;
use crate::figures::Figures;
use crate::files::{bundle, certificates, revocation_list};
use crate::load;
use crate::open::Open;
use crate::servers::hello_mtls;
use crate::tls::{Exchange, Handshake, client};

const CONNECTIONS: usize = 200;
/// Requests on one connection. hello-mtls ends it after 10,000.
const REQUESTS: usize = 9_000;
const PART: usize = 1_000;

/// Measures for each list `growth/LIST/LENGTH/start` (ms), `…/full` (µs) and `…/memory` (MiB), and for one long
/// connection `growth/requests/first` and `…/last`: µs for each of its first and last thousand requests.
pub fn measure(figures: &mut Figures, progress: &Progress) -> Result<()> {
    figures.forget(&["growth/"]);
    let folder = certificates("growth", "ecdsa-p256")?;
    let mut cases: Vec<(String, Vec<String>)> = vec![("none/0".to_owned(), Vec::new())];
    for count in [100, 10_000] {
        cases.push((format!("allow/{count}"), allowed(count)));
    }
    for count in [1, 1_000, 10_000, 100_000] {
        let list = revocation_list(&folder, count)?;
        let options = ["--crl".to_owned(), list.display().to_string()];
        cases.push((format!("crl/{count}"), options.to_vec()));
    }
    for count in [100, 1_000] {
        let authorities = bundle(&folder, count)?;
        let files = ["--cert", "certs/server.crt", "--key", "certs/server.key"];
        let mut options = files.map(str::to_owned).to_vec();
        options.extend(["--cacert".to_owned(), authorities.display().to_string()]);
        cases.push((format!("cas/{count}"), options));
    }
    progress.rounds("growth", 1, || {
        for (name, options) in &cases {
            list(figures, &folder, name, options)?;
        }
        requests(figures, &folder)
    })
}

/// `count` names, of which the client has the last one.
fn allowed(count: usize) -> Vec<String> {
    let others = (1..count).map(|number| format!("dns:client-{number}.example"));
    let own = "uri:spiffe://hello-mtls/my-client".to_owned();
    let names = others.chain([own]);
    names
        .flat_map(|name| ["--allow".to_owned(), name])
        .collect()
}

fn list(figures: &mut Figures, folder: &Path, name: &str, options: &[String]) -> Result<()> {
    let server = hello_mtls(folder, options)?;
    let start = server.started_in.as_secs_f64() * 1e3;
    figures.add(&format!("growth/{name}/start"), "hello-mtls", start);
    let setup = client(folder, Exchange::X25519, Handshake::Full)?;
    let url = load::url(server.port)?;
    load::full(&setup, &url, 4, 40)?;
    let full = cpu_of(&server, CONNECTIONS, || {
        load::full(&setup, &url, 4, CONNECTIONS)
    })?;
    figures.add(&format!("growth/{name}/full"), "hello-mtls", full);
    let memory = server.memory()? / 1024.0;
    figures.add(&format!("growth/{name}/memory"), "hello-mtls", memory);
    Ok(())
}

fn requests(figures: &mut Figures, folder: &Path) -> Result<()> {
    let server = hello_mtls(folder, &[])?;
    let setup = client(folder, Exchange::X25519, Handshake::Full)?;
    let mut open = Open::new(&setup, &load::url(server.port)?)?;
    open.requests(1)?;
    for (name, between) in [("first", REQUESTS - 2 * PART), ("last", 0)] {
        let each = cpu_of(&server, PART, || open.requests(PART))?;
        figures.add(&format!("growth/requests/{name}"), "hello-mtls", each);
        let memory = server.memory()? / 1024.0;
        figures.add(
            &format!("growth/requests/{name}/memory"),
            "hello-mtls",
            memory,
        );
        open.requests(between)?;
    }
    Ok(())
}
