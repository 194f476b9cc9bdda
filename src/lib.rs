//! TLS and mutual TLS, step by step: read it, run it, watch it.
//!
//! A synchronous "Hello World" over mutual TLS: a blocking listener, a thread a connection, each
//! connection a rustls `ServerConnection` in a `StreamOwned`, HTTP/1.1 parsed by hand, certificates
//! made with rcgen. The code is the tutorial. Walk in here.
//!
//! # The corridor
//!
//! | step | what happens | door, and its page |
//! | --- | --- | --- |
//! | 1 | the client connects | [`handshake::step1_client_connects`] |
//! | 2 | the server sends its certificate | [`handshake::step2_server_presents_certificate`] |
//! | 3 | the client verifies it | [`handshake::step3_client_verifies_server`] |
//! | 4 | the client sends its certificate | [`handshake::step4_client_presents_certificate`] |
//! | 5 | the server verifies it | [`handshake::step5_server_verifies_client`] |
//! | 6 | the server authorizes the client | [`handshake::step6_server_authorizes_client`] |
//! | 7 | both exchange encrypted data | [`handshake::step7_application_data`] |
//!
//! TLS without "mutual" is the same corridor with doors 4 to 6 shut.
//!
//! Each door has its page of the tutorial (`docs/handshake/`, shown on the module here), and one public
//! function, named as the file: it is the step, and the breakpoint. In gdb:
//! `break hello_mtls::handshake::step5_server_verifies_client::server_verifies_client`.
//!
//! # A connection from `main` to the last byte
//!
//! 1. `main` calls [`cli::main`], which reads the files ([`credentials`]) and assembles both sides'
//!    settings, step by step: [`handshake::server_config`], [`handshake::client_config`].
//! 2. The server: [`server::listening::Server::start`] accepts, and [`server::serve_connection`] is the
//!    thread of one connection: [`handshake::accept`], [`handshake::authorize`], then requests and answers.
//! 3. The client: [`client::get`] is its counterpart: [`handshake::connect`], one request, one answer.
//!
//! [`instruments::stepper`] has both sides in one thread: the handshake as one function, and the shortest way
//! through the story.
//!
//! # The rest of the house
//!
//! [`certificates`] makes and reads what the handshake shows. [`http`] knows nothing of TLS. The steps
//! do not print: they emit events, and [`narration`] passes them on. [`error`] turns what rustls says
//! into the step that failed, what was found, and what to try.
//!
//! Two rooms are about failing. [`instruments::doctor`] reads the files first, and tells what will fail and what
//! mends it: a list of [`instruments::doctor::finding`]s. [`instruments::gallery`] makes every failure happen: a table, a row a failure,
//! each run over a real connection and shown from both sides.
//!
//! [`instruments::wire`] explains recorded bytes, and [`instruments::show`] renders what it found; both are unaware of the
//! handshake above. [`instruments::fields`] is the language in which bytes are explained.
//!
//! Modules stand in reading order.
//!
//! # In Chinese
//!
//! The whole tutorial is in `docs/zh/` in Chinese (中文), a page for each page; `README.zh-CN.md` is its door.

// The print macros panic on a closed pipe: write, and treat BrokenPipe as the end.
#![warn(clippy::print_stdout, clippy::print_stderr)]
// Bytes from a peer are hostile: what cannot happen, happens.
#![warn(clippy::unwrap_used, clippy::expect_used)]

// The story, in the order of reading.
pub mod cli;
pub mod credentials;
pub mod handshake;
pub mod server;
pub mod client;
pub mod http;
pub mod certificates;
pub mod narration;
pub mod error;
pub mod transport;
pub mod clock;
pub mod files;
pub mod text;

// The wing: what watches the story, explains it, and makes it fail.
pub mod instruments;
