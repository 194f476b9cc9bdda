//! Which failure a reader means by a name that is old or almost right.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Failure, all};

/// True if `text` has all parts of `pattern` in their order; `…` stands between them.
pub fn says(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…').map(str::trim);
    parts
        .try_fold(text, |rest, part| Some(rest.split_once(part)?.1))
        .is_some()
}

/// The names that are most like this one, best first: three, or fewer if it is like none. A former name leads
/// to the present one.
pub fn nearest(name: &str) -> Vec<&'static str> {
    let formerly = |failure: &&Failure| failure.formerly.iter().any(|old| old == name);
    if let Some(failure) = all().iter().find(formerly) {
        return vec![&failure.name];
    }
    let likeness = |candidate: &&String| alike(name, candidate);
    let best = all().iter().filter_map(|failure| {
        let candidates = [&failure.name].into_iter().chain(&failure.formerly);
        let best = candidates.map(|candidate| likeness(&candidate)).max()?;
        (best >= 300).then_some((best, failure.name.as_str()))
    });
    let mut best: Vec<_> = best.collect();
    best.sort_by_key(|(likeness, _)| Reverse(*likeness));
    best.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How much two names have in common, in thousandths: the pairs of letters that stand in both.
fn alike(one: &str, other: &str) -> usize {
    let pairs = |name: &str| -> BTreeSet<Vec<u8>> {
        name.as_bytes().windows(2).map(<[u8]>::to_vec).collect()
    };
    let (one, other) = (pairs(one), pairs(other));
    2000 * one.intersection(&other).count() / (one.len() + other.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_name_leads_to_the_present_one() {
        for (old, new) in [
            ("slammed", "rejected-in-verifier"),
            ("no-such-door", "unknown-sni"),
            ("mtls-is-off", "no-certificate-request"),
            ("wrongname", "wrong-host"),
            ("cut", "connection-cut"),
        ] {
            assert_eq!(nearest(old).first(), Some(&new), "{old}");
        }
        assert!(nearest("zzzz").is_empty());
    }
}
