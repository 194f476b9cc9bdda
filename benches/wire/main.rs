//! What watching costs: `cargo bench --bench wire`.
//!
//! Full mTLS handshakes with one request over loopback, plain and tapped in turn, in one run: the ratio
//! holds when the machine's speed drifts. Then what explaining and showing one recording costs, in
//! handshakes. Without `--wire` no tap exists, so there is nothing to measure: the plain row is it. Last, what the worst
//! recordings cost: `cargo bench --bench wire -- worst` measures these alone.

mod worst;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hello_mtls::client::{Url, dial, get};
use hello_mtls::handshake::{ClientSetup, TlsMax};
use hello_mtls::instruments::show::html;
use hello_mtls::instruments::stepper::TwoEnds;
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::tap::{Recording, Tap};
use hello_mtls::instruments::wire::transcript::Transcript;
use hello_mtls::language::Language;
use hello_mtls::narration::Side;
use hello_mtls::server::hello::Hello;
use hello_mtls::server::listening::{Listener, Server};
use hello_mtls::server::serve_tcp;
use rustls::ClientConfig;
use rustls::client::Resumption;

const ROUNDS: usize = 200;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["worst"] => worst::table(&mut io::stdout().lock()),
        [view, file] => {
            write!(io::stdout(), "{}", worst::figure(view, file)?)
        }
        _ => {
            watching()?;
            worst::table(&mut io::stdout().lock())
        }
    }
}

fn watching() -> io::Result<()> {
    let trouble = |error: &dyn std::fmt::Display| io::Error::other(error.to_string());
    let cast = TwoEnds::new(false, TlsMax::Tls13).map_err(|error| trouble(&error))?;
    let listener = Listener::bind("localhost:0").map_err(|error| trouble(&error))?;
    let url = Url::parse(&format!(
        "https://localhost:{}/",
        listener.addresses[0].port()
    ));
    let url = url.map_err(|error| trouble(&error))?;
    let setup = cast.server.clone();
    let server = Server::start(listener, 16, move |socket, address, number| {
        let _ = serve_tcp(&setup, &Hello::default(), socket, address, number);
    })
    .map_err(io::Error::other)?;

    let (mut plain, mut tapped, mut last) = (Vec::new(), Vec::new(), Transcript::default());
    for round in 0..=2 * ROUNDS {
        // A client that keeps no tickets: every handshake is a full one.
        let mut config = ClientConfig::clone(&cast.client.config);
        config.resumption = Resumption::disabled();
        let client = ClientSetup {
            config: Arc::new(config),
            ..cast.client.clone()
        };
        let started = Instant::now();
        let transport = dial(&client, &url, round as u64).map_err(|error| trouble(&error))?;
        if round % 2 == 0 {
            get(&client, &url, transport, &mut io::sink()).map_err(|error| trouble(&error))?;
            plain.push(started.elapsed());
        } else {
            let recording = Recording::new(Side::Client);
            let client = client.with_key_log(Arc::new(recording.clone()));
            let tap = Tap::new(transport, recording.clone());
            get(&client, &url, tap, &mut io::sink()).map_err(|error| trouble(&error))?;
            tapped.push(started.elapsed());
            last = recording.transcript();
        }
    }
    server.stop(Duration::from_secs(5));

    let timed = |work: &dyn Fn()| {
        let times = (0..ROUNDS / 4).map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        });
        median(times.collect())
    };
    let (plain, tapped) = (median(plain), median(tapped));
    let explained = timed(&|| drop(std::hint::black_box(explain(&last))));
    let conversation = explain(&last);
    let paged = timed(&|| {
        drop(std::hint::black_box(html::page(
            &conversation,
            Language::English,
        )))
    });
    let mut out = io::stdout().lock();
    let ratio = |time: Duration| time.as_secs_f64() / plain.as_secs_f64();
    writeln!(
        out,
        "median of {ROUNDS} connections each, mTLS 1.3, client's view, in handshakes:"
    )?;
    for (name, time) in [
        ("plain", plain),
        ("tapped", tapped),
        ("explain", explained),
        ("HTML page", paged),
    ] {
        writeln!(
            out,
            "  {name:<10} {:>8.0} µs   {:>6.2}",
            time.as_secs_f64() * 1e6,
            ratio(time)
        )?;
    }
    Ok(())
}
