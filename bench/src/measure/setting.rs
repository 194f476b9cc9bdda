//! What the machine is, and which versions were measured.

use std::fs;
use std::process::Command;

use crate::error::Result;
use crate::figures::Figures;
use crate::process::fact;
use crate::servers::ALL;

/// Notes them beside the figures.
pub fn note(figures: &mut Figures) -> Result<()> {
    let mut set = |name: &str, value: String| figures.setting.insert(name.to_owned(), value);
    let cores = std::thread::available_parallelism()?.get();
    set("cores", cores.to_string());
    set(
        "processor",
        fact("/proc/cpuinfo", "model name").unwrap_or_default(),
    );
    set(
        "kernel",
        fs::read_to_string("/proc/sys/kernel/osrelease")?
            .trim()
            .to_owned(),
    );
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output()?;
    set(
        "date",
        String::from_utf8_lossy(&date.stdout).trim().to_owned(),
    );
    for server in ALL {
        set(server.name(), server.version().unwrap_or_default());
    }
    Ok(())
}
