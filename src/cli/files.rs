//! The files that a command is given: as options, as paths, and for the doctor.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::Error;
use crate::instruments::doctor::explain::Given;
use crate::instruments::doctor::{SetupFiles, SideFiles};
use crate::language::Phrase;
use crate::narration::Side;
use crate::phrase;
use crate::text;

#[derive(Args)]
pub(super) struct Files {
    /// Folder with all three files [default: certs]
    #[arg(long, value_name = "DIR", conflicts_with_all = ["cacert", "cert", "key"])]
    pub(super) certs: Option<PathBuf>,
    /// CAs that vouch for the other side
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Certificate to show, leaf first
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(super) cert: Option<PathBuf>,
    /// Private key of that certificate
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
}

impl Files {
    /// The CA file, and certificate and key if there are any. `side` names the files in a folder.
    pub(super) fn paths(&self, side: Side) -> Paths {
        let Files {
            certs,
            cacert,
            cert,
            key,
        } = self;
        if cacert.is_some() || cert.is_some() || key.is_some() {
            return (cacert.clone(), cert.clone().zip(key.clone()));
        }
        let dir = certs.as_deref().unwrap_or(Path::new("certs"));
        let own = (
            dir.join(format!("{side}.crt")),
            dir.join(format!("{side}.key")),
        );
        (Some(dir.join("ca.crt")), Some(own))
    }

    /// The same for the doctor, which explains an error with them.
    pub(super) fn given(&self, side: Side) -> Given {
        let (authorities, own) = self.paths(side);
        let own = own.map(|pair| SideFiles::of_files(side, pair));
        Given {
            case: SetupFiles {
                authorities,
                parties: own.into_iter().collect(),
                ..SetupFiles::default()
            },
            options: self.options(),
            url: None,
        }
    }

    /// As they were typed, or could have been: ` --certs mine`.
    fn options(&self) -> String {
        let whom = [("--certs", &self.certs), ("--cacert", &self.cacert)];
        typed(&whom) + &self.own()
    }

    /// Certificate and key, as they were typed.
    pub(super) fn own(&self) -> String {
        typed(&[("--cert", &self.cert), ("--key", &self.key)])
    }

    /// Whether no file was named: then those in `certs` are used.
    pub(super) fn none_named(&self) -> bool {
        self.options().is_empty()
    }

    /// rustls makes no settings of these files, though each of them can be read.
    pub(super) fn unusable(&self, side: Side, cause: rustls::Error) -> Error {
        unusable(self.paths(side), cause)
    }
}

/// The CA file, and certificate and key, if there are any.
pub(super) type Paths = (Option<PathBuf>, Option<(PathBuf, PathBuf)>);

/// See [`Files::unusable`].
pub(super) fn unusable((authorities, own): Paths, cause: rustls::Error) -> Error {
    let own = own
        .into_iter()
        .flat_map(|(certificate, key)| [certificate, key]);
    Error::Unusable {
        files: own.chain(authorities).collect(),
        wanted: phrase!("files that rustls can use together"),
        cause,
    }
}

fn typed(named: &[(&str, &Option<PathBuf>)]) -> String {
    let given = named
        .iter()
        .filter_map(|(option, path)| Some((option, path.as_ref()?)));
    given
        .map(|(option, path)| format!(" {option} {}", text::shell(path)))
        .collect()
}

/// A command cannot work without this option.
pub(super) fn missing(option: &str, why: Phrase) -> Error {
    Error::Usage {
        found: phrase!("{option} is missing: {why}", option, why),
        remedy: phrase!("{option} FILE, or --certs DIR", option),
    }
}
