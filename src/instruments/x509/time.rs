//! Times (RFC 5280 §4.1.2.5): two digits of year until 2049, four from 2050 on, always UTC.

use super::der::{self, GENERALIZED_TIME, UTC_TIME, contents, element};
use crate::instruments::fields::{Malformed, Reader};

/// A `Time`, as `2026-11-23 12:00:00 UTC`.
pub(super) fn time(
    reader: &mut Reader<'_>,
    label: &str,
    source: &'static str,
    meaning: &str,
) -> Result<String, Malformed> {
    let tag = match der::next_tag(reader) {
        Some(GENERALIZED_TIME) => GENERALIZED_TIME,
        _ => UTC_TIME,
    };
    element(reader, tag, label, source, meaning, |reader| {
        contents(reader, text)
    })
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, told apart by their length.
fn text(bytes: &[u8]) -> Result<String, String> {
    let digits = match bytes {
        [digits @ .., b'Z'] if digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return Err("a time is digits and a Z, in UTC".into()),
    };
    let pair = |at: usize| -> u32 {
        digits[at..at + 2]
            .iter()
            .fold(0, |n, d| n * 10 + u32::from(d - b'0'))
    };
    let (year, at) = match digits.len() {
        12 if pair(0) < 50 => (2000 + pair(0), 2),
        12 => (1900 + pair(0), 2),
        14 => (pair(0) * 100 + pair(2), 4),
        count => return Err(format!("a time of {count} digits instead of 12 or 14")),
    };
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|more| pair(at + more));
    let sound = (1..=12).contains(&month)
        && (1..=days_in(month, year)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    match sound {
        true => Ok(format!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )),
        false => Err("a time that no calendar or clock shows".into()),
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(400) => 29,
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Seconds since 1970 of a time as a field's value shows it: `2026-11-23 12:00:00 UTC`.
pub(super) fn seconds(shown: &str) -> Option<i64> {
    let numbers: Vec<i64> = shown
        .strip_suffix(" UTC")?
        .split(['-', ' ', ':'])
        .map(|digits| digits.parse::<i32>().ok().map(i64::from))
        .collect::<Option<_>>()?;
    let [year, month, day, hour, minute, second] = numbers[..] else {
        return None;
    };
    // Years start in March here, so that the leap day is the last one.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let before_this_year = year * 365 + year / 4 - year / 100 + year / 400;
    let days = before_this_year + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}
