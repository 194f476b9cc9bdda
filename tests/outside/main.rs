//! Programs that other people wrote, on the other end: a missing one is a visible skip.
#![allow(clippy::unwrap_used)]

// The programs share this folder, and none needs all of it.
#[allow(dead_code)]
#[path = "../common/mod.rs"]
mod common;

mod certificates;
mod x509;
mod demo;
mod bad_input;
mod full_disk;
mod shortage;
mod clients_and_servers;
mod tutorial;
mod gallery;
mod json;
mod terminal;
mod lab;
mod recordings;
mod proof_lines;
mod wireshark;
mod captures;
mod debugger;
mod interop;
mod site;
mod balance;
