//! The one place where DER is described: certificates, and names of CAs.

use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::{Read, list};
use crate::instruments::fields::{Malformed, Reader};
use crate::instruments::x509;
use crate::phrase;

/// A certificate in DER with its length in front, as both versions have it.
pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let mut der: &[u8] = &[];
    reader.vector(3, "cert_data", "", "", |reader| {
        der = reader.embed(reader.remaining(), "certificate", x509::certificate_within)?;
        Ok(())
    })?;
    Ok(der)
}

/// `certificate_authorities`, in both versions and as an extension: names, each in DER.
pub(super) fn distinguished_names(reader: &mut Reader<'_>) -> Read {
    let meaning = phrase!("the CAs that the sender trusts, by name");
    list(reader, 2, "certificate_authorities", meaning, |reader| {
        let mut name = String::new();
        reader.vector(2, "DistinguishedName", "RFC 5280 §4.1.2.4", "", |reader| {
            let der = reader.rest("name", phrase!("DER"))?;
            name = X509Name::from_der(der)
                .map_or_else(|_| String::new(), |(_, name)| name.to_string());
            reader.value(name.clone());
            Ok(())
        })?;
        reader.value(name);
        Ok(())
    })
}
