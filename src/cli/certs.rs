//! `certs`: the tutorial's eight files.

use std::path::PathBuf;

use clap::Args;

use super::making::{Making, common_name, write_and_list};
use super::one_command::OneCommand;
use crate::certificates::request::Name;
use crate::certificates::{SetOptions, make_set};
use crate::error::Error;

/// Make the tutorial's eight files: ca.key ca.crt server.key server.csr server.crt client.key client.csr client.crt
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "A server of two names:\n  hello-mtls certs --host example.com --host 192.0.2.1"
)]
pub(super) struct Certs {
    #[command(subcommand)]
    one: Option<OneCommand>,
    /// Folder of the files
    #[arg(long, default_value = "certs")]
    dir: PathBuf,
    /// Server's name or address, repeatable
    /// [default: localhost 127.0.0.1 ::1]
    #[arg(long = "host", value_name = "HOST", value_parser = Name::host, verbatim_doc_comment)]
    hosts: Vec<Name>,
    /// Client's name, also in its URI
    #[arg(long, value_name = "CN", default_value = "my-client", value_parser = common_name)]
    client: String,
    #[command(flatten)]
    making: Making,
    /// Let an intermediate CA sign the leaves
    #[arg(long)]
    intermediate: bool,
}

pub(super) fn run(certs: Certs) -> Result<(), Error> {
    if let Some(one) = certs.one {
        return one.run();
    }
    let mut wishes = SetOptions {
        client: certs.client,
        key_type: certs.making.key_type,
        days: certs.making.days,
        intermediate: certs.intermediate,
        ..SetOptions::default()
    };
    if !certs.hosts.is_empty() {
        wishes.hosts = certs.hosts;
    }
    write_and_list(&certs.dir, make_set(&wishes)?, certs.making.force)
}
