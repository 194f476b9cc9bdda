//! What a program compares of an error, whatever its words are: the step, the name, and who said what.

use super::{AnswerHead, Error, io_words};
use crate::narration::Step;
use crate::text;

impl Error {
    /// The step at which it failed. `None`: it belongs to no step, as an output that cannot be written does, or the
    /// command line.
    pub fn step(&self) -> Option<Step> {
        match self {
            Error::File { doing: "read", .. }
            | Error::Pem { .. }
            | Error::Unusable { .. }
            | Error::Contents { .. }
            | Error::Explained { .. } => Some(Step::Preparation),
            // A server that cannot listen meets no client yet.
            Error::Network {
                doing: "listen on", ..
            } => Some(Step::Preparation),
            Error::Network { .. } => Some(Step::ClientConnects),
            Error::Tls { diagnosis, .. } => Some(diagnosis.step),
            Error::Http { .. } => Some(Step::ApplicationData),
            Error::Usage { .. }
            | Error::File { .. }
            | Error::Exists { .. }
            | Error::Certificates { .. }
            | Error::Output { .. } => None,
        }
    }

    /// Its name in the catalogue of failures, as far as the error alone says which one it is.
    pub fn failure(&self) -> Option<&'static str> {
        match self {
            Error::File { doing: "read", .. } => Some("unreadable-file"),
            Error::Network { failure, .. }
            | Error::Explained { failure, .. }
            | Error::Http { failure, .. } => *failure,
            Error::Tls { diagnosis, .. } => diagnosis.failure,
            _ => None,
        }
    }

    /// What the library, the system or the peer said, as other programs print it. Safe to show, in English.
    pub fn message(&self) -> Option<String> {
        match self {
            Error::File { source, .. } | Error::Output { source } => Some(io_words(source)),
            Error::Pem { said, .. } => Some(text::terminal(said)),
            Error::Unusable { cause, .. } => {
                Some(text::shorten(&text::terminal(&cause.to_string()), 240))
            }
            Error::Network { found, .. } => Some(found.to_string()),
            Error::Http { found, failure, .. } => failure.map(|_| found.to_string()),
            Error::Tls { diagnosis, .. } => Some(diagnosis.rustls_message.clone()),
            Error::Usage { .. }
            | Error::Exists { .. }
            | Error::Contents { .. }
            | Error::Explained { .. }
            | Error::Certificates { .. } => None,
        }
    }

    /// The head of the answer, if that much came before it failed.
    pub fn answer(&self) -> Option<&AnswerHead> {
        match self {
            Error::Tls { diagnosis, .. } => diagnosis.seen.answer.as_ref(),
            Error::Http { answer, .. } => answer.as_ref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::language::Phrase;

    #[test]
    fn a_step_is_0_before_the_connection_1_for_it_and_none_for_what_belongs_to_no_step() {
        let file = |doing| Error::File {
            doing,
            path: PathBuf::from("a"),
            source: io::ErrorKind::NotFound.into(),
        };
        let network = |doing| Error::Network {
            doing,
            place: "a:1".to_owned(),
            found: Phrase::empty(),
            remedy: Phrase::empty(),
            failure: None,
        };
        let http = Error::Http {
            peer: "a:1".to_owned(),
            answer: None,
            found: Phrase::empty(),
            remedy: Phrase::empty(),
            failure: None,
        };
        let output = Error::Output {
            source: io::ErrorKind::StorageFull.into(),
        };
        for (error, step) in [
            (file("read"), Some(0)),
            (network("listen on"), Some(0)),
            (network("find"), Some(1)),
            (network("connect to"), Some(1)),
            (http, Some(7)),
            (file("write"), None),
            (output, None),
        ] {
            assert_eq!(error.step().map(Step::number), step, "{error:?}");
        }
    }
}
