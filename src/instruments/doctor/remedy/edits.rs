//! Commands that change a PEM file.

use std::path::Path;

use crate::instruments::doctor::pem::block::{File, Wanted};
use crate::text;

/// Adds a certificate to a file. The line end keeps END and BEGIN apart.
pub(in crate::instruments::doctor) fn append(to: &Path, from: &Path) -> String {
    format!("  (echo; cat {}) >> {}", text::shell(from), text::shell(to))
}

/// Puts the blocks of a PEM file into another order, counted from 0.
pub(in crate::instruments::doctor) fn reorder(
    path: &Path,
    holds: Wanted,
    order: &[usize],
) -> String {
    let blocks = order.iter().map(|index| format!("b[{}]", index + 1));
    let blocks: String = blocks.collect();
    let awk =
        format!("awk '/-BEGIN /{{n++}}{{b[n]=b[n]$0\"\\n\"}}END{{printf\"%s\",{blocks}}}' {{f}} >");
    File::of(path, &[], holds).rewritten(&awk)
}
