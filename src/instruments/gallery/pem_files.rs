//! The files of a side, made as its party is described: what it shows, and what it trusts. Unaware of connections.

use rustls::sign::CertifiedKey;

use super::Party;
use super::pki_builder::{self, PkiBuilder};
use crate::certificates::failed;
use crate::error::Error;
use crate::handshake::{ExpiredLists, Identity, Trust, provider};

/// The files of a side, PEM. Empty: it has none.
#[derive(Clone, Debug, Default)]
pub struct PemFiles {
    /// What it shows.
    pub certificate: String,
    /// The key it signs with.
    pub key: String,
    /// The CAs that it trusts.
    pub authorities: String,
    /// What it knows to be revoked.
    pub lists: String,
    /// What those lists count for after their nextUpdate.
    pub expired_lists: ExpiredLists,
}

impl PemFiles {
    /// What this side has in its files.
    pub(super) fn of(party: &Party, builder: &mut PkiBuilder) -> Result<PemFiles, Error> {
        Ok(PemFiles {
            certificate: builder.chain(party.shows)?,
            key: match party.key.or(party.shows.first()) {
                Some(owner) => builder.key(owner)?,
                None => String::new(),
            },
            authorities: builder.chain(party.trusts)?,
            lists: builder.lists(party.lists)?,
            expired_lists: party.expired_lists,
        })
    }

    pub(super) fn trust(&self) -> Result<Trust, Error> {
        Ok(Trust {
            anchors: pki_builder::certificates(&self.authorities)?,
            revocation_lists: pki_builder::revocation_lists(&self.lists)?,
            expired_lists: self.expired_lists,
        })
    }

    pub(super) fn identity(&self) -> Result<Identity, Error> {
        Ok(Identity {
            chain: pki_builder::certificates(&self.certificate)?,
            key: pki_builder::private_key(&self.key)?,
        })
    }

    /// Certificate and key of a program that does not look at what it was given.
    pub(super) fn unchecked(&self) -> Result<CertifiedKey, Error> {
        let Identity { chain, key } = self.identity()?;
        let key = provider()
            .key_provider
            .load_private_key(key)
            .map_err(|error| unusable(&error))?;
        Ok(CertifiedKey::new(chain, key))
    }
}

pub(super) fn unusable(error: &dyn std::fmt::Display) -> Error {
    failed("set the stage", error)
}
