//! The one place where DER is described: certificates, and names of CAs.

use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::Read;
use crate::instruments::fields::Reader;
use crate::instruments::x509;

/// The next `count` bytes: a certificate in DER.
pub(super) fn read(reader: &mut Reader<'_>, count: usize) -> Read {
    reader
        .embed(count, "certificate", x509::certificate)
        .map(|_| ())
}

/// `certificate_authorities`, in both versions and as an extension: names, each in DER.
pub(super) fn distinguished_names(reader: &mut Reader<'_>) -> Read {
    let meaning = "the CAs that the sender trusts, by name";
    reader.vector(2, "certificate_authorities", "", meaning, |reader| {
        while !reader.is_empty() {
            let mut name = String::new();
            reader.vector(2, "DistinguishedName", "RFC 5280 §4.1.2.4", "", |reader| {
                let der = reader.rest("name", "DER")?;
                name = X509Name::from_der(der)
                    .map_or_else(|_| String::new(), |(_, name)| name.to_string());
                reader.value(name.clone());
                Ok(())
            })?;
            reader.value(name);
        }
        Ok(())
    })
}
