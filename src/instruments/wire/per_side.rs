//! A value for each side of a connection.

use std::ops::{Index, IndexMut};

use crate::narration::Side;

/// The sides, in the order in which they are listed.
pub(crate) const SIDES: [Side; 2] = [Side::Client, Side::Server];

/// A value of the client's and one of the server's: `streams[Side::Client]`.
#[derive(Debug, Default)]
pub(crate) struct PerSide<T> {
    pub(crate) client: T,
    pub(crate) server: T,
}

impl<T> Index<Side> for PerSide<T> {
    type Output = T;

    fn index(&self, side: Side) -> &T {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
}

impl<T> IndexMut<Side> for PerSide<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}
