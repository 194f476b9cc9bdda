//! Names and URIs in the ASCII of DNS and of certificates.

use std::fmt::Write;

/// A URI as certificates have it: each byte that is not ASCII as `%` and two digits (RFC 3987 §3.1).
pub fn percent_encoded(uri: &str) -> String {
    let mut ascii = String::with_capacity(uri.len());
    for byte in uri.bytes() {
        match byte {
            0x21..=0x7e => ascii.push(char::from(byte)),
            other => {
                let _ = write!(ascii, "%{other:02X}");
            }
        }
    }
    ascii
}

/// A host name as DNS and certificates have it: a label with other letters than ASCII becomes `xn--` and its
/// Punycode, so that `münchen.test` is `xn--mnchen-3ya.test` (RFC 5890 §2.3.2.1). `None` for what is too long.
pub fn ascii_host(name: &str) -> Option<String> {
    let labels = name.to_lowercase().replace('。', ".");
    let labels = labels.split('.').map(|label| match label {
        label if label.is_ascii() => Some(label.to_owned()),
        label if label.chars().count() > 63 => None,
        label => Some(format!("xn--{}", punycode(label)?)),
    });
    Some(labels.collect::<Option<Vec<String>>>()?.join("."))
}

/// The encoder of RFC 3492 §6.3, with the parameters of §5. The ASCII letters come first; then, for each
/// other letter in the order of Unicode, how far it is from the one before, as digits of varying weight.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    // a is 0 and z is 25; 0 is 26 and 9 is 35.
    let digit = |value: u32| b"abcdefghijklmnopqrstuvwxyz0123456789".get(value as usize);
    let digit = |value: u32| digit(value).copied().map(char::from);
    let letters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut coded: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(coded.len()).ok()?;
    if basic > 0 {
        coded.push('-');
    }
    let (mut next, mut distance, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    while let Some(letter) = letters
        .iter()
        .copied()
        .filter(|letter| *letter >= next)
        .min()
    {
        distance = distance.checked_add((letter - next).checked_mul(done + 1)?)?;
        for one in &letters {
            if *one < letter {
                distance = distance.checked_add(1)?;
            } else if *one == letter {
                let (mut rest, mut weight) = (distance, BASE);
                loop {
                    let threshold = weight.saturating_sub(bias).clamp(1, 26);
                    if rest < threshold {
                        break;
                    }
                    let above = rest - threshold;
                    coded.push(digit(threshold + above % (BASE - threshold))?);
                    rest = above / (BASE - threshold);
                    weight += BASE;
                }
                coded.push(digit(rest)?);
                bias = adapted(distance, done + 1, done == basic);
                (distance, done) = (0, done + 1);
            }
        }
        (distance, next) = (distance.checked_add(1)?, letter + 1);
    }
    Some(coded)
}

/// RFC 3492 §6.1: the next distance is probably like the last one.
fn adapted(distance: u32, letters: u32, first: bool) -> u32 {
    let mut distance = if first { distance / 700 } else { distance / 2 };
    distance += distance / letters;
    let mut weight = 0;
    while distance > 35 * 26 / 2 {
        distance /= 35;
        weight += 36;
    }
    weight + 36 * distance / (distance + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_of_any_letters_has_its_name_in_ascii() {
        for (name, ascii) in [
            ("münchen.test", "xn--mnchen-3ya.test"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
            ("www.lab.test", "www.lab.test"),
        ] {
            assert_eq!(ascii_host(name).as_deref(), Some(ascii));
        }
        assert_eq!(ascii_host(&"ü".repeat(64)), None);
    }
}
