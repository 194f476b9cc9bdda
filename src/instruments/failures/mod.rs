//! The catalogue of failures: one name for each, and all that is said about it.
//!
//! A failure is called the same by the gallery that makes it happen, by the doctor that finds it in files,
//! by the search, and on the pages of failures. What is said about it stands in text files beside this one,
//! to be edited without knowing Rust:
//!
//! | file | holds |
//! | --- | --- |
//! | `facts.txt` | the names in the order of the story, their steps, and the words of curl, openssl and Node |
//! | `en.txt`, `zh.txt` | story, cause and remedy in a language |
//! | `messages.txt`, `alerts.txt` | what many more programs say, for the search by an error message |
//!
//! Unaware of connections and of files: [`super::gallery`] and [`super::doctor`] refer to it by name.
//!
//! [中文]: crate#in-chinese
//! [step 1]: crate::handshake::step1_client_connects
//! [step 2]: crate::handshake::step2_server_presents_certificate
//! [step 3]: crate::handshake::step3_client_verifies_server
//! [step 4]: crate::handshake::step4_client_presents_certificate
//! [step 5]: crate::handshake::step5_server_verifies_client
//! [step 6]: crate::handshake::step6_server_authorizes_client
//! [step 7]: crate::handshake::step7_application_data
#![doc = include_str!("../../../docs/failures.md")]

mod parser;
mod names;
mod messages;

use std::sync::LazyLock;

pub use self::messages::{Matches, notes, said_in};
pub use self::names::{nearest, says};
pub use self::parser::Misplaced;
use self::parser::{Keys, Section, parse};
use crate::handshake::TlsMax;
use crate::language::Language;
use crate::narration::{Side, Step};

/// The programs whose words are in the catalogue, as they were seen.
pub const SEEN: [&str; 3] = ["curl 7.88.1", "OpenSSL 3.0.19", "Node 20.20.2"];

/// One way to fail.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its one name: on the command line, in a report of the doctor, on the pages.
    pub name: String,
    /// The step at which it fails, in TLS 1.3.
    pub step: Step,
    /// Names that it had in earlier versions: only to lead from them to this one.
    pub formerly: Vec<String>,
    words: [Words; 2],
    /// In TLS 1.3, and in TLS 1.2.
    programs: [OtherPrograms; 2],
}

/// What is said about a failure, in one language.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// What is wrong, in a sentence.
    pub story: String,
    /// Why that fails, in a sentence or two.
    pub cause: String,
    /// What to do, in a line; commands and options in backquotes.
    pub remedy: String,
}

/// What curl, openssl and Node say in the place of our client, in the order of [`SEEN`]. `…` stands for what
/// differs from run to run; an empty text: this program cannot meet the failure, or was not tried.
pub type OtherPrograms = [String; 3];

impl Failure {
    /// What is said about it.
    pub fn words(&self, language: Language) -> &Words {
        let [english, chinese] = &self.words;
        language.pick(english, chinese)
    }

    /// What other programs say in this version of TLS.
    pub fn said_by(&self, tls_max: TlsMax) -> &OtherPrograms {
        let [tls13, tls12] = &self.programs;
        match tls_max {
            TlsMax::Tls13 => tls13,
            TlsMax::Tls12 => tls12,
        }
    }
}

/// Every failure, in the order of the story.
///
/// The files are part of the program, and a test reads them. A mistake in one leaves the catalogue empty.
pub fn all() -> &'static [Failure] {
    static CATALOGUE: LazyLock<Vec<Failure>> = LazyLock::new(|| read().unwrap_or_default());
    &CATALOGUE
}

/// The failure of this name.
pub fn find(name: &str) -> Option<&'static Failure> {
    all().iter().find(|failure| failure.name == name)
}

/// The name of a failure where it concerns the certificate of this side: `expired` in a client's is
/// `client-expired`, if the catalogue tells the two apart.
pub fn name_for(name: &'static str, side: Option<Side>) -> &'static str {
    if side != Some(Side::Client) {
        return name;
    }
    find(&format!("client-{name}")).map_or(name, |failure| &failure.name)
}

/// The keys of `facts.txt`.
const FACTS: [&str; 8] = [
    "formerly",
    "programs",
    "curl",
    "openssl",
    "node",
    "curl, TLS 1.2",
    "openssl, TLS 1.2",
    "node, TLS 1.2",
];

/// Reads the three files, which have the same names in the same order.
///
/// # Errors
/// A mistake in one of them, with its line.
pub fn read() -> Result<Vec<Failure>, Misplaced> {
    let facts = parse("facts.txt", include_str!("facts.txt"), Keys::OneOf(&FACTS))?;
    let english = words("en.txt", include_str!("en.txt"), &facts)?;
    let chinese = words("zh.txt", include_str!("zh.txt"), &facts)?;
    let words = english.into_iter().zip(chinese);
    let mut read = Vec::<Failure>::new();
    for (section, (english, chinese)) in facts.iter().zip(words) {
        let failure = Failure {
            name: section.name.clone(),
            step: section.step.ok_or_else(|| Misplaced {
                file: "facts.txt",
                line: section.line,
                found: format!("[{}] stands before the first == step ==", section.name),
            })?,
            formerly: section.get("formerly").map_or_else(Vec::new, |names| {
                names.split(", ").map(str::to_owned).collect()
            }),
            words: [english, chinese],
            programs: programs(section, &read)?,
        };
        read.push(failure);
    }
    Ok(read)
}

/// The words of one language for each of the facts.
fn words(file: &'static str, text: &str, facts: &[Section]) -> Result<Vec<Words>, Misplaced> {
    let keys = ["story", "cause", "remedy"];
    let sections = parse(file, text, Keys::OneOf(&keys))?;
    let wrong = |line, found| Misplaced { file, line, found };
    let mut words = Vec::new();
    let last = sections.last().map_or(1, |section| section.line);
    for (index, fact) in facts.iter().enumerate() {
        let Some(section) = sections.get(index) else {
            return Err(wrong(
                last,
                format!("[{}] is missing at the end", fact.name),
            ));
        };
        if section.name != fact.name {
            let found = format!("[{}], where facts.txt has [{}]", section.name, fact.name);
            return Err(wrong(section.line, found));
        }
        let missing = |key| wrong(section.line, format!("[{}] has no {key}", section.name));
        let get = |key| section.get(key).ok_or_else(|| missing(key));
        words.push(Words {
            story: get("story")?.to_owned(),
            cause: get("cause")?.to_owned(),
            remedy: get("remedy")?.to_owned(),
        });
    }
    match sections.get(facts.len()) {
        Some(more) => Err(wrong(
            more.line,
            format!("[{}] is not in facts.txt", more.name),
        )),
        None => Ok(words),
    }
}

/// What other programs say: as at an `earlier` failure, unless the section says otherwise.
fn programs(section: &Section, earlier: &[Failure]) -> Result<[OtherPrograms; 2], Misplaced> {
    let mut programs = <[OtherPrograms; 2]>::default();
    if let Some(like) = section.get("programs") {
        let name = like.strip_prefix("as ").unwrap_or(like);
        let failure = earlier.iter().find(|failure| failure.name == name);
        programs = failure
            .map(|failure| failure.programs.clone())
            .ok_or_else(|| Misplaced {
                file: "facts.txt",
                line: section.line,
                found: format!(
                    "[{}] has programs: {like}, and no earlier [{name}]",
                    section.name
                ),
            })?;
    }
    let [tls13, tls12] = &mut programs;
    let places = tls13.iter_mut().zip(tls12);
    for (program, (tls13, tls12)) in ["curl", "openssl", "node"].into_iter().zip(places) {
        if let Some(words) = section.get(program) {
            (*tls13, *tls12) = (words.to_owned(), words.to_owned());
        }
        if let Some(words) = section.get(&format!("{program}, TLS 1.2")) {
            *tls12 = words.to_owned();
        }
    }
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_files_are_read_and_agree() {
        if let Err(mistake) = read() {
            panic!("src/instruments/failures/{mistake}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_story_and_no_name_was_another_failures() {
        let steps: Vec<u8> = all().iter().map(|failure| failure.step.number()).collect();
        assert!(steps.is_sorted());
        for old in all().iter().flat_map(|failure| &failure.formerly) {
            assert!(find(old).is_none(), "{old} is a name and a former name");
        }
    }

    #[test]
    fn a_clients_certificate_has_the_clients_name() {
        assert_eq!(name_for("expired", Some(Side::Client)), "client-expired");
        assert_eq!(name_for("expired", Some(Side::Server)), "expired");
        assert_eq!(name_for("expired", None), "expired");
        assert_eq!(name_for("path-length", Some(Side::Client)), "path-length");
    }

    #[test]
    fn missing_words_are_reported_with_their_line() {
        let facts = parse("facts.txt", "[a]\n[b]", Keys::OneOf(&FACTS)).unwrap();
        let a = "[a]\nstory: s\ncause: c\nremedy: r\n";
        for (text, found) in [
            (a.to_owned(), "line 1: [b] is missing at the end"),
            (format!("{a}[c]"), "line 5: [c], where facts.txt has [b]"),
            (format!("{a}[b]\nstory: s"), "line 5: [b] has no cause"),
        ] {
            let mistake = words("zh.txt", &text, &facts).unwrap_err();
            assert_eq!(mistake.to_string(), format!("zh.txt {found}"));
        }
    }
}
