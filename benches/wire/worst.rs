//! The worst that a peer can fill a recording with: what a table of it costs, and how it grows.
//!
//! Each figure comes from a process of its own, because a process's peak memory never shrinks: this program starts
//! itself again with the file and the view.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use hello_mtls::instruments::page::Paint;
use hello_mtls::instruments::show::{html, terminal};
use hello_mtls::instruments::wire::explain;
use hello_mtls::instruments::wire::transcript::{Chunk, Transcript};
use hello_mtls::language::Language;
use hello_mtls::narration::Side;

/// Full records, to compare with; then what costs the most for its bytes.
fn kinds() -> Vec<(&'static str, Vec<u8>)> {
    let handshake = |message: &[u8]| {
        let records = message.chunks(16_384).map(|part| record(22, part));
        records.collect::<Vec<_>>().concat()
    };
    let empty_sets = [0x31, 0].repeat(30_000);
    let name = der(0x30, &empty_sets);
    let algorithm = der(0x30, &[6, 1, 42]);
    let body = [&[2, 1, 7][..], &algorithm, &name].concat();
    let certificate = vector(3, &der(0x30, &der(0x30, &body)));
    let schemes = [&[1, 1][..], &vector(2, &[0xfe].repeat(60_000)), &[0, 0]].concat();
    let hello = [&[3, 3][..], &[7; 32]].concat();
    vec![
        ("full records", record(23, &[0; 16_384])),
        ("1-byte alerts", record(21, &[1])),
        ("ChangeCipherSpec", record(20, &[1])),
        ("empty records", record(22, &[])),
        (
            "DER of empty SETs",
            handshake(&message(11, &vector(3, &certificate))),
        ),
        (
            "4-byte messages",
            handshake(&message(14, &[]).repeat(4_096)),
        ),
        ("empty Finished", handshake(&message(20, &[]).repeat(4_096))),
        ("ClientHello", handshake(&message(1, &hello))),
        ("unknown signatures", handshake(&message(13, &schemes))),
        // The first record says that 16 MB follow; each of the others brings a byte of it.
        ("1-byte fragments", record(22, &[254])),
    ]
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [
        &[kind, 3, 3][..],
        &(content.len() as u16).to_be_bytes(),
        content,
    ]
    .concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &vector(3, body)].concat()
}

/// A length of `width` bytes, then the bytes.
fn vector(width: usize, bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u32).to_be_bytes();
    [&length[4 - width..], bytes].concat()
}

fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u32).to_be_bytes();
    [&[tag, 0x83][..], &length[1..], contents].concat()
}

/// The client says the same again and again, in chunks of 16 kB.
fn filled(unit: &[u8], size: usize) -> Transcript {
    let bytes = unit.repeat(size.div_ceil(unit.len()));
    let bytes = bytes.get(..size).unwrap_or(&bytes);
    let chunks = bytes.chunks(16_384).map(|part| Chunk {
        from: Side::Client,
        at: Duration::ZERO,
        bytes: part.to_vec(),
    });
    Transcript {
        chunks: chunks.collect(),
        ..Transcript::default()
    }
}

/// The table.
pub(super) fn table(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\nwire FILE, a client that fills a transcript: seconds and peak memory (MB)"
    )?;
    writeln!(
        out,
        "  {:<20} {:>30}    {:>30}",
        "", "in the terminal", "--html"
    )?;
    let sizes = [1, 2, 4]
        .map(|size| format!("{size} MB"))
        .map(|size| format!("{size:>10}"));
    writeln!(out, "  {:<20} {}    {}", "", sizes.concat(), sizes.concat())?;
    let file = env::temp_dir().join(format!(
        "hello-mtls-bench-{}.transcript",
        std::process::id()
    ));
    for (name, unit) in kinds() {
        let mut row = format!("  {name:<20}");
        for view in ["terminal", "html"] {
            for size in [1, 2, 4] {
                fs::write(&file, filled(&unit, size << 20).to_string())?;
                let child = Command::new(env::current_exe()?)
                    .arg(view)
                    .arg(&file)
                    .output()?;
                row += &format!("{:>10}", String::from_utf8_lossy(&child.stdout));
            }
            row += "   ";
        }
        writeln!(out, " {}", row.trim_end())?;
    }
    fs::remove_file(file)
}

/// One figure: reads the file, explains it and shows it to nobody.
pub(super) fn figure(view: &str, file: &str) -> io::Result<String> {
    let began = Instant::now();
    let text = fs::read_to_string(file)?;
    let transcript =
        Transcript::parse(&text).map_err(|error| io::Error::other(error.to_string()))?;
    let conversation = explain(&transcript);
    match view {
        "html" => drop(html::page(&conversation, Language::English)),
        _ => {
            let paint = Paint::on(false, Language::English);
            terminal::write(&mut io::sink(), &conversation, paint)?;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|words| words.split_whitespace().next()?.parse::<usize>().ok());
    let peak = peak.map_or("?".to_owned(), |kilobytes| (kilobytes / 1024).to_string());
    Ok(format!("{seconds:.2}/{peak}"))
}
