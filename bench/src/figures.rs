//! The figures of all runs, as a file: `bench/figures.json`. The page is made from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Result;

/// What was measured. Each part of a run replaces its own figures and keeps those of the other parts.
#[derive(Default, Serialize, Deserialize)]
pub struct Figures {
    /// What the machine and the programs were: a name, a value.
    pub setting: BTreeMap<String, String>,
    /// A measure (`rsa-2048/full`), a server (`nginx`), and a value for each round.
    pub samples: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
}

/// The middle of some samples, and their range.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Figures {
    /// Reads what an earlier run wrote, if there was one.
    pub fn load() -> Result<Figures> {
        match fs::read_to_string(path()) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(_) => Ok(Figures::default()),
        }
    }

    /// Writes them.
    pub fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        Ok(fs::write(path(), joined(&text) + "\n")?)
    }

    /// Forgets all measures that begin with one of `names`.
    pub fn forget(&mut self, names: &[&str]) {
        self.samples
            .retain(|measure, _| !names.iter().any(|name| measure.starts_with(name)));
    }

    /// Adds the value of a round.
    pub fn add(&mut self, measure: &str, server: &str, value: f64) {
        let servers = self.samples.entry(measure.to_owned()).or_default();
        let rounded = (value * 1000.0).round() / 1000.0;
        servers.entry(server.to_owned()).or_default().push(rounded);
    }

    /// The samples of a server.
    pub fn of(&self, measure: &str, server: &str) -> &[f64] {
        let servers = self.samples.get(measure);
        servers
            .and_then(|servers| servers.get(server))
            .map_or(&[], Vec::as_slice)
    }

    /// Median and range. `None`: it was not measured.
    pub fn spread(&self, measure: &str, server: &str) -> Option<Spread> {
        Spread::of(self.of(measure, server))
    }

    /// The median of `one` divided by `other` in the same round: the machine's speed drifts, and a ratio of one round
    /// drifts less than one of two medians.
    pub fn ratio(&self, measure: &str, one: &str, other: &str) -> Option<f64> {
        let pairs = self.of(measure, one).iter().zip(self.of(measure, other));
        let ratios: Vec<f64> = pairs.map(|(one, other)| one / other).collect();
        Some(Spread::of(&ratios)?.median)
    }
}

impl Spread {
    /// Of any number of samples but none.
    pub fn of(samples: &[f64]) -> Option<Spread> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Spread {
            median: *sorted.get(sorted.len() / 2)?,
            least: *sorted.first()?,
            most: *sorted.last()?,
        })
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("figures.json")
}

/// The samples of a server in one line: a change of the file is then read as a change of figures.
fn joined(json: &str) -> String {
    let mut joined = String::new();
    let mut inside = false;
    for line in json.lines() {
        if inside {
            joined.push_str(line.trim());
            joined.push_str(if line.ends_with(',') { " " } else { "" });
        } else {
            joined.push_str(line);
        }
        inside = line.ends_with('[') || inside && !line.trim_start().starts_with(']');
        if !inside {
            joined.push('\n');
        }
    }
    joined.trim_end().to_owned()
}
