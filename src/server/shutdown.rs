//! The end of a server: no request that has begun is lost, and each client is told that the connection ends.

use std::sync::PoisonError;
use std::time::Duration;

use super::listening::Server;
use crate::transport::Leave;

/// A client that has just had an answer has often sent its next request already. It is answered, as the last one,
/// instead of being cut off by a close_notify that it has not seen yet.
const NEXT_REQUEST: Duration = Duration::from_millis(100);
/// A client that has just connected, or shaken hands, is about to ask.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// How long a connection may take for its close_notify when the time for its request is over.
const FAREWELL: Duration = Duration::from_secs(1);

impl Server {
    /// Accepts no further connection and finishes what has begun, at most `within`. It returns how many connections are
    /// open even then.
    ///
    /// 1. Each answer from now on is the last one of its connection, and says so (`Connection: close`).
    /// 2. Clients that had an answer and send nothing get their close_notify after a moment; after a second, those too
    ///    that have asked for nothing.
    /// 3. After `within`, so do those in the middle of a request.
    pub fn stop(self, within: Duration) -> usize {
        self.places.close();
        self.wake_the_accepting();
        for thread in self.accepting {
            let _ = thread.join();
        }
        self.places.wait_until_empty(NEXT_REQUEST);
        self.places.leave(Leave::Idle);
        self.places.wait_until_empty(within.min(FIRST_REQUEST));
        self.places.leave(Leave::Waiting);
        self.places
            .wait_until_empty(within.saturating_sub(FIRST_REQUEST));
        self.places.leave(Leave::All);
        self.places.wait_until_empty(FAREWELL);
        self.threads.end();
        self.places.open()
    }

    /// A thread that waits in `accept` wakes up when a client comes. This is the client.
    fn wake_the_accepting(&self) {
        // Held until all have come: an accepting thread takes it before it decides which client is a real one.
        let mut connected = (self.wakers.connected)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (socket, address) in self.wakers.sockets.iter().zip(&self.addresses) {
            // It fails only where the queue is full, and there the thread does not wait. A thread that waits needs no
            // descriptor: `accept` takes it before.
            let _ = socket.connect_timeout(&(*address).into(), Duration::from_secs(1));
            let from = socket.local_addr().ok().and_then(|from| from.as_socket());
            connected.extend(from);
        }
    }
}
