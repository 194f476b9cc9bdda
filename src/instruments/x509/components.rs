//! The RFCs' ASN.1 as tables: a row a component of a SEQUENCE, and one function that reads them all.

use super::der::{Text, explained, next_tag};
use crate::instruments::fields::Reader;
use crate::language::Phrase;

/// One component of a SEQUENCE: a line of the RFC's own ASN.1, and the words that explain it.
pub(super) struct Component {
    /// More than one where the ASN.1 says CHOICE.
    pub(super) tags: &'static [u8],
    pub(super) optional: bool,
    pub(super) label: &'static str,
    pub(super) source: &'static str,
    pub(super) meaning: Phrase,
    /// Reads the contents.
    pub(super) read: fn(&mut Reader<'_>) -> Text,
}

/// A table of [`Component`]s in the order of the ASN.1. A row is
/// `name [OPTIONAL] (tags) reader, "source", phrase!("meaning");`, or `""` in the place of a meaning.
macro_rules! components {
    ($($label:ident $($optional:ident)? ($($tag:expr),*) $read:expr, $source:expr, $meaning:tt $(! $words:tt)?;)+) => {
        &[$($crate::instruments::x509::components::Component {
            tags: &[$($tag),*],
            optional: components!(@ $($optional)?),
            label: stringify!($label),
            source: $source,
            meaning: components!(# $meaning $(! $words)?),
            read: $read,
        }),+]
    };
    (# "") => { $crate::language::Phrase::empty() };
    (# $meaning:expr) => { $meaning };
    (@) => { false };
    (@ OPTIONAL) => { true };
}
pub(super) use components;

/// Reads the components of a SEQUENCE in their order. An optional one is absent where the next tag is
/// another's; but if bytes are left for the last component, they are taken for it, so that the reason
/// why they are malformed can name it.
pub(super) fn walk(reader: &mut Reader<'_>, components: &'static [Component]) -> Text {
    for (number, component) in components.iter().enumerate() {
        let next = next_tag(reader).filter(|tag| component.tags.contains(tag));
        let is_last = number + 1 == components.len() && !reader.is_empty();
        if component.optional && next.is_none() && !is_last {
            continue;
        }
        let Component {
            label,
            source,
            meaning,
            ..
        } = component;
        let tag = next.unwrap_or(component.tags[0]);
        explained(reader, tag, label, source, meaning.clone(), component.read)?;
    }
    Ok(Phrase::empty())
}
