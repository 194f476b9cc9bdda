//! The shapes of PEM files: what stands in one, and in which way it is broken.

pub(crate) mod block;
pub(crate) mod labels;
pub(crate) mod der;
pub(crate) mod foreign;
pub(crate) mod shape;
pub(crate) mod pieces;
mod almost;
