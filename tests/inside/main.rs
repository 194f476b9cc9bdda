//! What needs nothing but this machine: a folder is a room of `src/`.
#![allow(clippy::unwrap_used)]

// The programs share this folder, and none needs all of it.
#[allow(dead_code)]
#[path = "../common/mod.rs"]
mod common;

mod architecture;
mod handshake;
mod server;
mod client;
mod http;
mod hostile;
mod certificates;
mod cli;
mod x509;
mod wire;
mod capture;
mod show;
mod overview;
mod compare;
mod doctor;
mod gallery;
mod docs;
mod release;
mod example;
mod lab;
mod language;
mod stepper;
mod debug_scripts;
