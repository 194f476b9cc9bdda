//! Times (RFC 5280 §4.1.2.5): two digits of year until 2049, four from 2050 on, always UTC.

use ::time::{Date, Month, Time};

use super::der::{self, GENERALIZED_TIME, Text, UTC_TIME, contents, element};
use crate::clock::Moment;
use crate::instruments::fields::Reader;
use crate::language::Phrase;
use crate::phrase;

/// The contents of a `Time`, as `2026-11-23 12:00:00 UTC`.
pub(super) fn time(reader: &mut Reader<'_>) -> Text {
    contents(reader, text)
}

/// A `Time ::= CHOICE { utcTime, generalTime }` that nothing has to explain.
pub(super) fn dated(reader: &mut Reader<'_>, label: &str) -> Text {
    let tag = match der::next_tag(reader) {
        Some(GENERALIZED_TIME) => GENERALIZED_TIME,
        _ => UTC_TIME,
    };
    element(reader, tag, label, time)
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, told apart by their length.
fn text(bytes: &[u8]) -> Result<String, Phrase> {
    let digits = match bytes {
        [digits @ .., b'Z'] if digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return Err(phrase!("a time is digits and a Z, in UTC")),
    };
    let pair = |at: usize| (digits[at] - b'0') * 10 + digits[at + 1] - b'0';
    let year_of = |century: u8, year: u8| u16::from(century) * 100 + u16::from(year);
    let (year, at) = match digits.len() {
        12 if pair(0) < 50 => (year_of(20, pair(0)), 2),
        12 => (year_of(19, pair(0)), 2),
        14 => (year_of(pair(0), pair(2)), 4),
        count => {
            return Err(phrase!(
                "a time of {count} digits instead of 12 or 14",
                count
            ));
        }
    };
    let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|more| pair(at + more));
    let date = Month::try_from(month)
        .and_then(|month| Date::from_calendar_date(i32::from(year), month, day));
    match (date, Time::from_hms(hour, minute, second)) {
        (Ok(date), Ok(time)) => {
            let seconds = date.with_time(time).assume_utc().unix_timestamp();
            Ok(Moment::from_unix(seconds).date_and_time())
        }
        _ => Err(phrase!("a time that no calendar or clock shows")),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn two_digits_of_a_year_end_with_2049() {
        for (der, shown) in [
            ("700101000000Z", "1970-01-01 00:00:00 UTC"),
            ("500101000000Z", "1950-01-01 00:00:00 UTC"),
            ("491231235959Z", "2049-12-31 23:59:59 UTC"),
            ("000229120000Z", "2000-02-29 12:00:00 UTC"),
            ("99991231235959Z", "9999-12-31 23:59:59 UTC"),
            ("00000101000000Z", "0000-01-01 00:00:00 UTC"),
        ] {
            assert_eq!(text(der.as_bytes()).as_deref(), Ok(shown));
        }
    }

    #[test]
    fn what_is_on_no_calendar_and_no_clock_is_malformed() {
        for odd in [
            "",
            "Z",
            "700101000000",
            "7001010000Z",
            "700101000060Z",
            "700101240000Z",
            "701301000000Z",
            "700001000000Z",
            "700230000000Z",
            "19000229000000Z",
            "922337203685477580701010000Z",
        ] {
            assert!(text(odd.as_bytes()).is_err(), "{odd}");
        }
    }
}
