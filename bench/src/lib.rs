//! Measures hello-mtls beside other servers (`make bench`), and holds it under load (`make soak`).
//!
//! The load comes from the client of hello-mtls itself. The kernel counts the CPU time of each server. All servers
//! show the same certificates, and the client decides which algorithms are used.

// What both programs need.
pub mod error;
pub mod files;
pub mod load;
pub mod open;
pub mod process;
pub mod servers;
pub mod tickets;
pub mod tls;
// `make bench`.
pub mod figures;
pub mod measure;
pub mod page;
// `make soak`.
pub mod soak;
