//! What is drawn by lot when an exercise starts: names, dates and which case it is.
//!
//! A draw is a seed and some notes. All choices follow from the seed, so that the folder shows no answer, and two
//! learners cannot copy one. The file is sealed with a key that stands in this program: that stops a learner from
//! editing it by mistake or in haste, and no more, because everybody can read this source.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};

use crate::error::Error;
use crate::files;
use crate::instruments::wire::transcript::{hex, unhex};
use crate::phrase;

/// Where a draw is kept, in the folder of its exercise.
pub(super) const FILE: &str = ".draw";
/// The key of the seal.
const SEAL: &[u8] = b"hello-mtls lab: sealed against editing, not against reading the source";

/// The lot of one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    seed: String,
    notes: BTreeMap<String, String>,
}

impl Draw {
    /// Draws.
    ///
    /// # Errors
    /// [`Error::Certificates`]: the system gives no random numbers.
    pub fn new() -> Result<Draw, Error> {
        let mut seed = [0; 16];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| Error::Certificates {
            doing: "draw an exercise".to_owned(),
            found: phrase!("the system gives no random numbers"),
            remedy: crate::language::Phrase::empty(),
        })?;
        Ok(Draw {
            seed: hex(&seed),
            notes: BTreeMap::new(),
        })
    }

    /// Reads the draw of the exercise `name` from its folder.
    ///
    /// # Errors
    /// [`Error::File`], or [`Error::Contents`] if the seal does not fit.
    pub fn open(folder: &Path, name: &str) -> Result<Draw, Error> {
        let path = folder.join(FILE);
        let text = files::read(&path)?;
        parse(&String::from_utf8_lossy(&text), name).ok_or_else(|| Error::Contents {
            path,
            found: phrase!("the draw of this exercise was changed, so nothing can be graded"),
            remedy: phrase!("hello-mtls lab reset {name}: it draws anew", name),
        })
    }

    /// Its file.
    pub(super) fn file(&self, folder: &Path, name: &str) -> (PathBuf, String) {
        let body = self.body(name);
        let seal = hex(sign(&key(), body.as_bytes()).as_ref());
        (folder.join(FILE), format!("{body}seal {seal}\n"))
    }

    fn body(&self, name: &str) -> String {
        let mut body = format!("exercise {name}\nseed {}\n", self.seed);
        for (note, value) in &self.notes {
            let _ = writeln!(body, "{note} {value}");
        }
        body
    }

    /// A number below `below`, always the same for this `what`.
    pub fn number(&self, what: &str, below: usize) -> usize {
        let drawn = sign(&key(), format!("{} {what}", self.seed).as_bytes());
        let drawn = drawn.as_ref().iter().take(6);
        let number = drawn.fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        number % below.max(1)
    }

    /// One of several.
    pub fn pick<'a, T>(&self, what: &str, among: &'a [T]) -> Option<&'a T> {
        among.get(self.number(what, among.len()))
    }

    /// All of several, in an order by lot.
    pub fn shuffled<T: Clone>(&self, what: &str, all: &[T]) -> Vec<T> {
        let mut left = all.to_vec();
        let mut order = Vec::new();
        while !left.is_empty() {
            let at = self.number(&format!("{what} {}", left.len()), left.len());
            order.push(left.swap_remove(at));
        }
        order
    }

    /// A name of a person, different for each `what` of one exercise where the lot allows.
    pub fn person(&self, what: &str) -> String {
        let name = self.pick(what, &PEOPLE).copied().unwrap_or("alice");
        format!(
            "{name}-{:02}",
            self.number(&format!("{what} number"), 90) + 10
        )
    }

    /// Writes down something that the check needs: the fingerprint of a file that must not change.
    pub fn note(&mut self, name: &str, value: &str) {
        self.notes.insert(name.to_owned(), value.to_owned());
    }

    /// What was written down under this name. Empty: nothing.
    pub fn noted(&self, name: &str) -> &str {
        self.notes.get(name).map_or("", String::as_str)
    }
}

const PEOPLE: [&str; 16] = [
    "ada",
    "alan",
    "barbara",
    "claude",
    "dennis",
    "donald",
    "edsger",
    "frances",
    "grace",
    "jean",
    "john",
    "katherine",
    "ken",
    "margaret",
    "radia",
    "whitfield",
];

fn key() -> Key {
    Key::new(HMAC_SHA256, SEAL)
}

fn parse(text: &str, name: &str) -> Option<Draw> {
    let (body, seal) = text.rsplit_once("seal ")?;
    verify(&key(), body.as_bytes(), &unhex(seal.trim()).ok()?).ok()?;
    let mut lines = body.lines().filter_map(|line| line.split_once(' '));
    if lines.next() != Some(("exercise", name)) {
        return None;
    }
    let (_, seed) = lines.next()?;
    let notes = lines.map(|(note, value)| (note.to_owned(), value.to_owned()));
    Some(Draw {
        seed: seed.to_owned(),
        notes: notes.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_read_back_and_a_changed_one_is_not() {
        let mut draw = Draw::new().unwrap();
        draw.note("ca.crt", "00ff");
        let (_, text) = draw.file(Path::new("lab"), "renew");
        assert_eq!(parse(&text, "renew"), Some(draw));
        assert_eq!(parse(&text.replace("00ff", "00fe"), "renew"), None);
        assert_eq!(parse(&text, "two-cas"), None);
        assert_eq!(parse("", "renew"), None);
    }

    #[test]
    fn a_draw_is_the_same_each_time_it_is_asked() {
        let draw = Draw::new().unwrap();
        assert_eq!(draw.person("client"), draw.person("client"));
        let mut order = draw.shuffled("files", &[1, 2, 3, 4]);
        order.sort_unstable();
        assert_eq!(order, [1, 2, 3, 4]);
    }
}
