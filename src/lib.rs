//! TLS and mutual TLS, step by step, in Rust: read it, run it, watch it.
//!
//! The program is a server and a client that exchange "Hello World" over mutual TLS, and its code is a tutorial.
//! A connection has seven steps. Each step is one module, one page of the docs and one breakpoint, all under one
//! name. The terms are explained in [`handshake::glossary`].
//!
//! # What to read
//!
//! The crate has two parts:
//!
//! - **The story** is everything at the top of `src/`, about 15,000 lines of code: certificates, the handshake,
//!   a server, a client. Read this part. Its heart is [`handshake`], which takes an hour.
//! - **The wing** is [`instruments`], twice as long: it decrypts connections, explains them, diagnoses
//!   files, and makes handshakes fail. The story never names it, so you can read everything else without it.
//!
//! For mutual TLS without any tutorial around it, see `examples/mtls.rs`: the whole thing on one page.
//!
//! **Where is TLS itself?** The library rustls performs it. A step's module configures rustls, is called by it, and
//! reports what happened; each module names the file of rustls that does the work in between. If you want to see the
//! mathematics move, read [`instruments::wire`]: `key_schedule.rs`, `decryption.rs` and `signatures.rs` compute the
//! keys of a recorded connection, open its records and check its signatures by hand, in a few hundred lines.
//!
//! # The seven steps
//!
//! | step | what happens | module, with its page of the tutorial |
//! | --- | --- | --- |
//! | 1 | the client connects | [`handshake::step1_client_connects`] |
//! | 2 | the server sends its certificate | [`handshake::step2_server_presents_certificate`] |
//! | 3 | the client verifies it | [`handshake::step3_client_verifies_server`] |
//! | 4 | the client sends its certificate | [`handshake::step4_client_presents_certificate`] |
//! | 5 | the server verifies it | [`handshake::step5_server_verifies_client`] |
//! | 6 | the server authorizes the client | [`handshake::step6_server_authorizes_client`] |
//! | 7 | both exchange encrypted data | [`handshake::step7_application_data`] |
//!
//! TLS without client certificates has steps 1, 2, 3 and 7.
//!
//! Each module has one public function with the name of its file. That function is the step, and you can stop
//! there in a debugger: `break hello_mtls::handshake::step5_server_verifies_client::server_verifies_client`.
//!
//! # A connection, from `main` to the last byte
//!
//! Read the story in this order. Both sides begin in the same way:
//!
//! 1. `main` calls [`cli::main`], which parses the command line.
//! 2. [`credentials`] reads the files: the certificate and key that this side shows, and the CAs that it trusts.
//! 3. [`handshake::server_config`] or [`handshake::client_config`] makes rustls's configuration of them. Here
//!    each step hangs its hook into rustls.
//!
//! Then the server:
//!
//! 4. [`server::listening::Server::start`] accepts TCP connections and gives each a thread, which
//!    calls [`server::serve_connection`].
//! 5. [`handshake::accept`] runs steps 1 to 5, and [`handshake::authorize`] runs step 6.
//!    While the server runs, [`server::reload`] puts new files into service for the connections that begin later, and
//!    [`handshake::open_connection`] repeats step 6 before each answer.
//! 6. [`http`] reads a request, [`server::hello`] answers it, and rustls encrypts the answer: step 7.
//!
//! And the client:
//!
//! 7. [`client::get`] calls [`handshake::connect`], which runs steps 1, 3 and 4. Then it sends one request and
//!    reads one response: step 7.
//!
//! Everything blocks, on purpose: a connection is one thread, and its code reads from top to bottom, in an editor
//! and in a debugger. rustls calls the hooks in the middle of that, on the same thread.
//!
//! # The other modules of the story
//!
//! | module | job |
//! | --- | --- |
//! | [`certificates`] | makes and reads certificates, requests and revocation lists |
//! | [`narration`] | what a step reports: a step emits an event and never prints; a teller makes words of it |
//! | [`error`] | the one error type: which step, which file or peer, what was found, what to try |
//! | [`transport`] | TCP connections with a deadline |
//! | [`clock`], [`files`], [`text`] | dates; files read with a limit; a peer's text made safe to print |
//! | [`docs`] | where a page of the tutorial can be read |
//!
//! The page `docs/architecture.md` says which module may name which, and why.
//!
//! # In Chinese
//!
//! The whole tutorial is in Chinese (中文) too, page for page: begin with `README.zh-CN.md`, then `docs/zh/`.

// The print macros panic when the reader of a pipe has gone: write, and treat BrokenPipe as the end.
#![warn(clippy::print_stdout, clippy::print_stderr)]
// Bytes from a peer are hostile, and a panic would end the peer's thread: return an error instead.
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
pub mod docs;
pub mod language;

// The wing: it watches the story, explains it, and makes it fail. Only `cli` may name it.
pub mod instruments;
