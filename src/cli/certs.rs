//! `certs`: the tutorial's eight files.

use std::path::PathBuf;

use clap::Args;

use super::making::{Claimed, Making, common_name, write_and_list};
use super::one_command::OneCommand;
use crate::certificates::request::Name;
use crate::certificates::{SetOptions, make_set};
use crate::error::Error;
use crate::files::make_folder;
use crate::language::Language;

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
    /// A CA for the server's names only: a browser
    /// may trust it
    #[arg(long, verbatim_doc_comment)]
    name_constraints: bool,
}

pub(super) fn run(certs: Certs, language: Language) -> Result<(), Error> {
    let dir = match &certs.one {
        Some(one) => one.dir(),
        None => &certs.dir,
    }
    .to_owned();
    if certs.one.as_ref().is_none_or(OneCommand::makes_the_folder) {
        make_folder(&dir)?;
    }
    // Before the first file is read: what is read has to fit what is written at the end.
    let claimed = Claimed::of(&dir, language)?;
    if let Some(one) = certs.one {
        return one.run(&claimed);
    }
    let mut wishes = SetOptions {
        client: certs.client,
        key_type: certs.making.key_type,
        days: certs.making.days,
        intermediate: certs.intermediate,
        name_constraints: certs.name_constraints,
        ..SetOptions::default()
    };
    if !certs.hosts.is_empty() {
        wishes.hosts = certs.hosts;
    }
    write_and_list(&claimed, &dir, make_set(&wishes)?, certs.making.force)
}
