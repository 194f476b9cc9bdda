//! `make soak`: prints the figures of each program, and ends with 1 if one found a fault.
//!
//! `soak [PROGRAM]…`; without any: all of them.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hello_mtls_bench::error::{Result, trouble};
use hello_mtls_bench::process;
use hello_mtls_bench::soak::{PROGRAMS, Scene};

fn main() -> Result<ExitCode> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let known = |name: &String| PROGRAMS.iter().any(|(program, _)| program == name);
    if let Some(other) = wanted.iter().find(|name| !known(name)) {
        return trouble(format!("no such program: {other}"));
    }
    if process::raise_limits()? < 12_000 {
        return trouble("5,000 connections need 12,000 descriptors: ulimit -Hn 12000");
    }
    let mut faults = 0;
    let mut out = io::stdout();
    for (name, program) in PROGRAMS {
        if !wanted.is_empty() && !wanted.iter().any(|one| one == name) {
            continue;
        }
        let began = Instant::now();
        // Each has a server of its own, so that a fault of one is not counted for the next.
        let mut scene = Scene::new()?;
        let figures = program(&mut scene);
        let rest = match (name, &figures) {
            ("end", Ok(_)) => Ok("the server has ended".to_owned()),
            (_, Ok(_)) => scene.at_rest_again(Duration::from_secs(40)),
            (_, Err(_)) => Ok("not looked at".to_owned()),
        };
        let seconds = began.elapsed().as_secs_f64();
        let (verdict, words) = match (figures, rest) {
            (Ok(figures), Ok(rest)) => ("ok   ", format!("{figures}\n        then {rest}")),
            (Err(fault), _) | (_, Err(fault)) => ("FAULT", fault.0),
        };
        faults += u8::from(verdict == "FAULT");
        writeln!(out, "{verdict} {name} ({seconds:.1} s)\n        {words}")?;
    }
    Ok(ExitCode::from(faults.min(1)))
}
