//! TLS and mutual TLS, step by step.

pub mod certificates;
pub mod pem;
pub mod handshake;
pub mod http;
pub mod server;
pub mod client;
pub mod site;
pub mod credentials;
pub mod demo;
pub mod cli;
pub mod narration;
pub mod transport;
pub mod clock;
pub mod error;
pub mod fields;
pub mod files;
pub mod text;
