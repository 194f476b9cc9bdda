//! Which failure a reader means, and whether a case shows it live. Unaware of connections.

use super::{Case, Fault, Termination, cases};
use crate::error::Error;
use crate::handshake::TlsMax;
use crate::instruments::failures::{self, Failure, Matches};
use crate::language::Language;
use crate::phrase;
use crate::text;

/// The failure of this name.
///
/// # Errors
/// There is none: [`Error::Usage`], with the names that are most like it, if any is.
pub fn find(name: &str) -> Result<&'static Failure, Error> {
    failures::find(name).ok_or_else(|| {
        let remedy = match failures::nearest(name)[..] {
            [] => phrase!("`hello-mtls gallery` lists all"),
            ref names => phrase!(
                "{names}? `hello-mtls gallery` lists all",
                names = names.join(", ")
            ),
        };
        Error::Usage {
            found: phrase!(
                "there is no case \"{name}\" in the gallery",
                name = text::terminal(name)
            ),
            remedy,
        }
    })
}

/// The live case of a failure. `None`: it is found in files, or on a live server, by the doctor.
pub fn case_of(failure: &Failure) -> Option<&'static Case> {
    cases::all().find(|case| case.name == failure.name)
}

/// The failures in which a program prints these words, or a line that has them in it.
pub fn said_in(words: &str) -> Matches {
    failures::said_in(words, texts)
}

/// What curl, openssl, Node and rustls say in a failure, and its story in each language. Alerts have a table of their own.
fn texts(failure: &Failure) -> Vec<String> {
    let story = |language| failure.words(language).story.clone();
    let mut texts = vec![story(Language::English), story(Language::Chinese)];
    let case = case_of(failure);
    for tls_max in [TlsMax::Tls13, TlsMax::Tls12] {
        let said = failure.said_by(tls_max).iter();
        texts.extend(said.filter(|words| !words.contains("200")).cloned());
        let Some(outcome) = case.map(|case| case.expected(tls_max)) else {
            continue;
        };
        for termination in [outcome.server, outcome.client] {
            if let Termination::With(words) = termination {
                texts.push(words.to_owned());
            }
        }
    }
    if let Some(Fault::Files(_, files)) = case.map(|case| case.scene.fault) {
        texts.push(files.rustls.to_owned());
    }
    texts
}
