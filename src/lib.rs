//! TLS and mutual TLS, step by step.

pub mod fields;
pub mod text;
pub mod wire;
