//! The one place where a certificate's DER is described.

use crate::fields::{Field, Malformed, Reader};

/// The next `count` bytes: a certificate in DER.
pub(super) fn read(reader: &mut Reader<'_>, count: usize) -> Result<(), Malformed> {
    reader.embed(count, "certificate", describe).map(|_| ())
}

/// Stands in for `certificates::describe::certificate`, which has the same signature.
fn describe(der: &[u8]) -> Field {
    Field {
        label: "certificate".to_owned(),
        range: 0..der.len(),
        value: "X.509".to_owned(),
        meaning: "a certificate, in DER".to_owned(),
        source: "RFC 5280 §4.1",
        children: Vec::new(),
        malformed: false,
    }
}
