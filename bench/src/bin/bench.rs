//! `make bench`: measures, notes the figures, writes the page.
//!
//! `bench [PART]…`, each one of `costs`, `latency`, `burst`, `memory`, `growth`; without any: all of them. `bench page`
//! only writes the page anew. `BENCH_ROUNDS` says how often each part is measured.

use hello_mtls_bench::error::{Result, trouble};
use hello_mtls_bench::figures::Figures;
use hello_mtls_bench::measure::{Progress, costs, crowd, growth, memory, setting};
use hello_mtls_bench::{page, process};

/// Seven give a median that holds, in some ten minutes.
const ROUNDS: usize = 7;

const PARTS: [&str; 5] = ["costs", "latency", "burst", "memory", "growth"];

fn main() -> Result<()> {
    let mut parts: Vec<String> = std::env::args().skip(1).collect();
    let mut figures = Figures::load()?;
    if parts == ["page"] {
        return page::write(&figures);
    }
    if parts.is_empty() {
        parts = PARTS.map(str::to_owned).to_vec();
    }
    if let Some(other) = parts.iter().find(|part| !PARTS.contains(&part.as_str())) {
        return trouble(format!(
            "no such part: {other}. The parts are: {}",
            PARTS.join(", ")
        ));
    }
    let progress = Progress::begin(ROUNDS)?;
    if process::raise_limits()? < 12_000 {
        return trouble("5,000 connections need 12,000 descriptors: ulimit -Hn 12000");
    }
    for part in &parts {
        match part.as_str() {
            "costs" => costs::measure(&mut figures, &progress)?,
            "latency" => crowd::latency(&mut figures, &progress)?,
            "burst" => crowd::burst(&mut figures, &progress)?,
            "memory" => memory::measure(&mut figures, &progress)?,
            _ => growth::measure(&mut figures, &progress)?,
        }
        setting::note(&mut figures)?;
        figures.save()?;
        page::write(&figures)?;
    }
    progress.say("the figures are in bench/figures.json and in docs/performance.md");
    Ok(())
}
