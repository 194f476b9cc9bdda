//! The one place where a certificate's DER is described.

use crate::certificates::describe;
use crate::fields::{Malformed, Reader};

/// The next `count` bytes: a certificate in DER.
pub(super) fn read(reader: &mut Reader<'_>, count: usize) -> Result<(), Malformed> {
    reader
        .embed(count, "certificate", describe::certificate)
        .map(|_| ())
}
