//! Dates for people and for HTTP, from seconds since 1970.
//!
//! The calendar is the crate `time`'s. Unaware of where a moment comes from.

use time::{Date, OffsetDateTime, Time};

use crate::language::Phrase;
use crate::phrase;

/// A moment in UTC, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    /// From seconds since 1970-01-01 00:00:00 UTC; negative before it.
    pub fn from_unix(seconds: i64) -> Moment {
        Moment(seconds)
    }

    /// Now, by the system's clock.
    pub fn now() -> Moment {
        Moment(OffsetDateTime::now_utc().unix_timestamp())
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// `2026-11-23`.
    pub fn date(self) -> String {
        let (year, month, day) = self.civil().to_calendar_date();
        format!("{year:04}-{:02}-{day:02}", u8::from(month))
    }

    /// `2026-11-23 12:00:00 UTC`.
    pub fn date_and_time(self) -> String {
        format!("{} {} UTC", self.date(), self.time())
    }

    /// `Mon, 23 Nov 2026 12:00:00 GMT`: the form of HTTP's Date field (RFC 9110 §5.6.7).
    pub fn http_date(self) -> String {
        let civil = self.civil();
        let (year, month, day) = civil.to_calendar_date();
        let (hour, minute, second) = civil.to_hms();
        // Both are written in English and abbreviated to three letters, whatever the locale.
        let weekday = civil.weekday();
        format!("{weekday:.3}, {day:02} {month:.3} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }

    fn time(self) -> String {
        let (hour, minute, second) = self.civil().to_hms();
        format!("{hour:02}:{minute:02}:{second:02}")
    }

    /// The distance to `other` in words: `3 days`, `2 hours`, `40 seconds`. Without a sign.
    pub fn distance(self, other: Moment) -> Phrase {
        let seconds = self.0.abs_diff(other.0);
        // Of the others there are two at least.
        match seconds {
            1 => phrase!("1 second"),
            0..120 => phrase!("{count} seconds", count = seconds),
            120..7_200 => phrase!("{count} minutes", count = seconds / 60),
            7_200..172_800 => phrase!("{count} hours", count = seconds / 3_600),
            _ => phrase!("{count} days", count = seconds / 86_400),
        }
    }

    /// On the calendar, which ends with the year 9999, as the times of certificates do. A moment beyond
    /// either end is shown as that end.
    fn civil(self) -> OffsetDateTime {
        let [first, last] = [Date::MIN.midnight(), Date::MAX.with_time(Time::MAX)]
            .map(|end| end.assume_utc().unix_timestamp());
        OffsetDateTime::from_unix_timestamp(self.0.clamp(first, last))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_http_and_people_write_them() {
        assert_eq!(
            Moment(784_111_777).http_date(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(
            Moment(951_827_696).date_and_time(),
            "2000-02-29 12:34:56 UTC"
        );
        assert_eq!(Moment(-1).date_and_time(), "1969-12-31 23:59:59 UTC");
        assert_eq!(Moment(4_102_444_800).date(), "2100-01-01");
        assert_eq!(
            Moment(253_402_300_799).date_and_time(),
            "9999-12-31 23:59:59 UTC"
        );
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_shown_as_its_end() {
        assert_eq!(Moment(i64::MAX).date(), "9999-12-31");
        assert!(Moment(i64::MIN).date().starts_with("-9999-"));
    }

    #[test]
    fn distances_use_the_unit_that_people_would() {
        assert_eq!(Moment(0).distance(Moment(86_400 * 3)).to_string(), "3 days");
        assert_eq!(Moment(7_200).distance(Moment(0)).to_string(), "2 hours");
        assert_eq!(Moment(1).distance(Moment(0)).to_string(), "1 second");
    }
}
