//! New files every 100 milliseconds, while clients come and stay: no request may be lost.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hello_mtls::certificates::authority::Authority;
use hello_mtls::certificates::issue;
use hello_mtls::certificates::request::{KeyType, Name};
use hello_mtls::certificates::signing::Grant;

use super::Scene;
use crate::error::{Result, trouble};
use crate::load::join;
use crate::open::Open;

const REQUESTS: usize = 20_000;
const CLIENTS: usize = 8;
/// Requests on a connection, before the client makes a new one.
const EACH: usize = 20;

/// 20,000 requests of clients that connect again and again. The server has to take new certificates into use, and to
/// answer every request.
pub fn rotation(scene: &mut Scene) -> Result<String> {
    let scene = &*scene;
    let done = AtomicBool::new(false);
    let made = AtomicUsize::new(0);
    let seen = Mutex::new(HashSet::new());
    let rotated = thread::scope(|scope| {
        let rotate = || -> Result<usize> {
            let mut rotated = 0;
            while !done.load(Ordering::Relaxed) {
                new_certificate(&scene.folder)?;
                rotated += 1;
                thread::sleep(Duration::from_millis(100));
            }
            Ok(rotated)
        };
        let client = || -> Result<()> {
            while made.fetch_add(EACH, Ordering::Relaxed) < REQUESTS {
                let mut open = Open::new(&scene.setup, &scene.url)?;
                open.requests(EACH)?;
                if let (Some(certificate), Ok(mut seen)) = (open.certificate(), seen.lock()) {
                    seen.insert(certificate);
                }
            }
            Ok(())
        };
        let rotating = scope.spawn(rotate);
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
        let outcome: Result<()> = clients.into_iter().try_for_each(join);
        done.store(true, Ordering::Relaxed);
        outcome.and(join(rotating))
    })?;
    let seen = seen.lock().map_or(0, |seen| seen.len());
    if seen < 2 {
        return trouble(format!(
            "{rotated} new certificates, and the server showed {seen}"
        ));
    }
    Ok(format!(
        "{REQUESTS} requests, 0 lost; {rotated} new certificates, of which clients saw {seen}"
    ))
}

/// Replaces the server's certificate and key, each by a rename, as tools that renew do.
fn new_certificate(folder: &Path) -> Result<()> {
    let certs = folder.join("certs");
    let authority = Authority::load(&certs.join("ca.crt"), &certs.join("ca.key"))?;
    let names = ["localhost", "127.0.0.1"].map(Name::host);
    let names = names
        .into_iter()
        .collect::<std::result::Result<Vec<Name>, String>>()?;
    let grant = Grant::server(names);
    let issued = issue(&authority, &grant, KeyType::EcdsaP256, 30)?;
    let key = issued.key.serialize_pem();
    for (name, pem) in [("server.key", &key), ("server.crt", &issued.pem)] {
        let new = certs.join(format!("{name}.new"));
        fs::write(&new, pem)?;
        fs::rename(new, certs.join(name))?;
    }
    Ok(())
}
