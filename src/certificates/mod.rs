//! Certificates: what they say.

pub mod describe;
pub mod inspect;
