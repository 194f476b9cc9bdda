//! How a side failed: at which step, and in which words. Unaware of what had to happen.

use crate::error::{Diagnosis, Error};
use crate::narration::Step;

/// Why a side did not end well. `step: None`: an answer came, but no 200.
pub(super) struct Failed {
    pub(super) step: Option<Step>,
    pub(super) said: String,
}

impl From<Diagnosis> for Failed {
    fn from(diagnosis: Diagnosis) -> Failed {
        Failed {
            step: Some(diagnosis.step),
            said: diagnosis.rustls_message,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        let (step, said) = match error {
            Error::Tls { diagnosis, .. } => return diagnosis.into(),
            Error::Network { found, .. } => (Step::ClientConnects, found.to_string()),
            Error::Http { found, .. } => (Step::ApplicationData, found.to_string()),
            // What was found, and in a line of its own what was expected: a panel wraps them as one text.
            Error::Contents { found, .. } | Error::Explained { found, .. } => {
                (Step::Preparation, found.to_string().replace('\n', "; "))
            }
            other => (Step::Preparation, other.to_string()),
        };
        Failed {
            step: Some(step),
            said,
        }
    }
}
