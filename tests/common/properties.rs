//! Properties that hold for any input: `arbtest` draws the inputs, the same in each run.
use arbtest::arbitrary::{Result, Unstructured};
use arbtest::arbtest;

/// Tries this property for so many rounds; `HELLO_MTLS_ROUNDS=100000` is for those who want more.
///
/// arbtest by itself looks until a time is over, so on a slow machine it looks at less. Here each round has its seed.
/// A failure prints it, and `ARBTEST_SEED=0x…` draws that input alone.
pub(crate) fn rounds(
    at_least: usize,
    mut property: impl FnMut(usize, &mut Unstructured<'_>) -> Result<()>,
) {
    let wanted = std::env::var("HELLO_MTLS_ROUNDS").map_or(0, |rounds| rounds.parse().unwrap());
    for round in 0..at_least.max(wanted) {
        // The lower half of a seed says how many random bytes there are to draw from, the upper half which. Odd
        // times not zero is not zero, at which arbtest's generator would stand still.
        let random = (round as u32 + 1).wrapping_mul(0x9e37_79b9);
        let size = 64 + round as u64 % 449;
        arbtest(|u| property(round, u))
            .seed(u64::from(random) << 32 | size)
            .run();
    }
}

/// An index below `end`; zero if there is none.
pub(crate) fn below(u: &mut Unstructured<'_>, end: usize) -> Result<usize> {
    u.int_in_range(0..=end.saturating_sub(1))
}

/// So many random bytes.
pub(crate) fn random(u: &mut Unstructured<'_>, count: usize) -> Result<Vec<u8>> {
    (0..count).map(|_| u.arbitrary()).collect()
}

/// These bytes with one to three changes: cut off, removed, repeated, put in, or another value in one place.
pub(crate) fn mutated(u: &mut Unstructured<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    for _ in 0..u.int_in_range(1..=3)? {
        let at = below(u, bytes.len())?;
        let until = |count: usize| (at + count).min(bytes.len());
        match u.int_in_range(0..=7)? {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..until(below(u, 9)?))),
            2 => bytes.extend_from_within(at..until(40)),
            3 => {
                let count = below(u, 40)?;
                drop(bytes.splice(at..at, random(u, count)?));
            }
            // The values at which lengths and tags of DER and TLS change their meaning, a bit, or any other.
            _ => {
                let any = u.arbitrary()?;
                let bit = 1 << u.int_in_range(0..=7)?;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *u.choose(&[0, 0xff, 0x80, 0x30, *byte ^ bit, any, any])?;
                }
            }
        }
    }
    Ok(bytes)
}
