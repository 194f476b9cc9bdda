//! Ctrl-C and SIGTERM: the first one ends a server in good order, the second one at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::Signals;

/// The signals that end a server, from now on kept for [`EndSignal::wait`].
pub(super) struct EndSignal {
    signals: Signals,
    /// From now on a signal does what it does without us: it kills.
    at_once: Arc<AtomicBool>,
}

impl EndSignal {
    /// Watches for them.
    pub(super) fn watch() -> io::Result<EndSignal> {
        let at_once = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            register_conditional_default(signal, Arc::clone(&at_once))?;
        }
        Ok(EndSignal {
            signals: Signals::new([SIGINT, SIGTERM])?,
            at_once,
        })
    }

    /// Waits for the first one, and returns its name.
    pub(super) fn wait(mut self) -> &'static str {
        let first = self.signals.forever().next();
        self.at_once.store(true, Ordering::SeqCst);
        match first {
            Some(SIGINT) => "SIGINT",
            _ => "SIGTERM",
        }
    }
}
