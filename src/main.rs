//! The command `hello-mtls`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hello_mtls::cli::main(std::env::args_os())
}
