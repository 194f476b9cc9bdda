//! The one place where a certificate's DER is described.

use crate::fields::{Field, Malformed, Reader, read_all};

/// The next `count` bytes: a certificate in DER.
pub(super) fn read(reader: &mut Reader<'_>, count: usize) -> Result<(), Malformed> {
    reader.embed(count, "certificate", describe).map(|_| ())
}

fn describe(der: &[u8]) -> Field {
    read_all(
        der,
        "certificate",
        "RFC 5280 §4.1",
        "X.509, in DER",
        |_| Ok(()),
    )
}
