//! What all of `certs` share: how files are made, written and listed.

use std::path::Path;

use clap::Args;

use super::print;
use crate::certificates::GeneratedFile;
use crate::certificates::request::KeyType;
use crate::error::Error;
use crate::files::{NewFile, make_folder, write_all};
use crate::text;

#[derive(Args, Clone)]
pub(super) struct Making {
    /// ecdsa-p256, rsa-2048 or ed25519
    #[arg(long, value_name = "TYPE", default_value = "ecdsa-p256", value_parser = KeyType::parse)]
    pub(super) key_type: KeyType,
    /// Days of validity
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(super) days: u32,
    /// Overwrite files that exist
    #[arg(long)]
    pub(super) force: bool,
}

pub(super) fn common_name(name: &str) -> Result<String, String> {
    match name {
        "" => Err("it is empty".to_owned()),
        // RFC 5280 appendix A.1 (ub-common-name) counts characters; columns of a terminal are not meant.
        _ if name.chars().count() > 64 => {
            Err("more than 64 characters (RFC 5280, upper bound)".to_owned())
        }
        _ if name != text::terminal(name) => {
            Err("it has a character that cannot be shown".to_owned())
        }
        _ => Ok(name.to_owned()),
    }
}

/// Writes files into a folder and lists them, a line each.
pub(super) fn write_and_list(
    dir: &Path,
    files: Vec<GeneratedFile>,
    overwrite: bool,
) -> Result<(), Error> {
    make_folder(dir)?;
    let mut list = String::new();
    let mut new = Vec::new();
    for GeneratedFile {
        name,
        contents,
        readers,
        purpose,
    } in files
    {
        let path = dir.join(&name);
        let shown = text::terminal(&path.display().to_string());
        list.push_str(&format!("{} {purpose}\n", text::pad(&shown, 22)));
        new.push(NewFile {
            path,
            contents: contents.into_bytes(),
            readers,
        });
    }
    write_all(&new, overwrite)?;
    print(list)
}
