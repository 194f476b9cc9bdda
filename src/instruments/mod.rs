//! The wing of instruments: what watches a handshake, explains it, and makes it fail.
//!
//! Nothing outside this wing and [`crate::cli`] names it: the tutorial can be read without it. A test over the
//! import graph keeps that rule (`tests/inside/architecture.rs`).
//!
//! | room | job |
//! | --- | --- |
//! | [`fields`] | the language in which bytes are explained: a tree of fields, every byte in one leaf |
//! | [`page`] | output for a terminal of 80 columns |
//! | [`failures`] | the catalogue: one name a failure; story, cause and remedy in each language |
//! | [`x509`] | certificates, requests, keys and revocation lists as trees of fields |
//! | [`inspect`] | those trees, printed |
//! | [`wire`] | recorded bytes, decrypted and explained by hand |
//! | [`capture`] | captures of other programs, read: a recording of each TCP connection |
//! | [`show`] | what the wire found, for a terminal, as HTML, as pcapng |
//! | [`doctor`] | reads files and servers, and says what will fail and what fixes it |
//! | [`gallery`] | makes every failure happen over a real connection |
//! | [`lab`] | exercises that grade themselves over real connections |
//! | [`stepper`] | both sides in one thread, one flight at a time |
//! | [`demo`] | the whole story in one command |

pub mod fields;
pub mod page;
pub mod failures;
pub mod x509;
pub mod inspect;
pub mod wire;
pub mod capture;
pub mod show;
pub mod doctor;
pub mod gallery;
pub mod lab;
pub mod stepper;
pub mod demo;
