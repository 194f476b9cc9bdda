//! Dates for people and for HTTP, from seconds since 1970. Unaware of who asks.

use std::time::{SystemTime, UNIX_EPOCH};

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
        let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
        };
        Moment(seconds)
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// `2026-11-23`.
    pub fn date(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `2026-11-23 12:00:00 UTC`.
    pub fn date_and_time(self) -> String {
        format!("{} {} UTC", self.date(), self.time())
    }

    /// `Mon, 23 Nov 2026 12:00:00 GMT`: the form of HTTP's Date field (RFC 9110 §5.6.7).
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (year, month, day) = self.civil();
        let weekday = DAYS[self.0.div_euclid(86_400).rem_euclid(7) as usize];
        format!(
            "{weekday}, {day:02} {} {year:04} {} GMT",
            MONTHS[month as usize - 1],
            self.time()
        )
    }

    /// The distance to `other` in words: `3 days`, `2 hours`, `40 seconds`. Without a sign.
    pub fn distance(self, other: Moment) -> String {
        let seconds = self.0.abs_diff(other.0);
        let (count, unit) = match seconds {
            0..120 => (seconds, "second"),
            120..7_200 => (seconds / 60, "minute"),
            7_200..172_800 => (seconds / 3_600, "hour"),
            _ => (seconds / 86_400, "day"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }

    fn time(self) -> String {
        let seconds = self.0.rem_euclid(86_400);
        format!(
            "{:02}:{:02}:{:02}",
            seconds / 3_600,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    /// Year, month and day in the Gregorian calendar. The count of days is shifted to begin with
    /// March, so that the leap day is the last of its year.
    fn civil(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day)
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
    }

    #[test]
    fn distances_use_the_unit_that_people_would() {
        assert_eq!(Moment(0).distance(Moment(86_400 * 3)), "3 days");
        assert_eq!(Moment(7_200).distance(Moment(0)), "2 hours");
        assert_eq!(Moment(1).distance(Moment(0)), "1 second");
    }
}
