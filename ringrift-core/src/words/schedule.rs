//! When cycles run.

use std::{fmt, str::FromStr, time::Duration};

use croner::Cron;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::cron_line;

/// When a daemon's cycles run, as `#[daemon(..)]` says it: checked text, usable in a `static`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScheduleSpec {
    /// Only when `Context::request_cycle` asks.
    OnRequest,
    /// `cycle = ".."`.
    Every(Duration),
    /// `schedule = ".."` and `tz = ".."`.
    Cron {
        /// The cron line.
        line: &'static str,
        /// The IANA time zone.
        zone: &'static str,
    },
}

/// When a daemon's cycles run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Schedule {
    /// Only when `Context::request_cycle` asks.
    OnRequest,
    /// At once after the start, then so long after the end of the last.
    Every(Duration),
    /// At the firings of a cron line; missed firings are skipped.
    Cron(Box<CronSchedule>),
}

/// A cron line and the time zone it is read in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CronSchedule {
    line: String,
    cron: Cron,
    zone: chrono_tz::Tz,
}

/// Why a schedule can't be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum InvalidSchedule {
    /// The cron line is wrong: which, why, and what to write.
    #[error("{0}")]
    Cron(String),
    /// The time zone is not in the IANA list.
    #[error("`{0}` is not a time zone; write an IANA name such as `UTC` or `Europe/Berlin`")]
    Zone(String),
}

impl CronSchedule {
    /// Reads a cron line (five fields, or six with seconds first) in an IANA time zone.
    ///
    /// # Errors
    /// When one of the two can't be read, or the line never fires.
    pub(crate) fn parse(line: &str, zone: &str) -> Result<Self, InvalidSchedule> {
        let cron = cron_line::parse(line).map_err(InvalidSchedule::Cron)?;
        Ok(Self { line: line.into(), cron, zone: Self::zone(zone)? })
    }

    /// Reads an IANA time zone.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn zone(name: &str) -> Result<chrono_tz::Tz, InvalidSchedule> {
        chrono_tz::Tz::from_str(name).map_err(|_| InvalidSchedule::Zone(name.into()))
    }

    /// The first firing after `now`; `None` when there is none before the year 5000.
    pub(crate) fn next_after(&self, now: chrono::DateTime<chrono::Utc>) -> Option<chrono::DateTime<chrono::Utc>> {
        let local = now.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&chrono::Utc))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnRequest => f.write_str("on request"),
            Self::Every(cycle) => write!(f, "every {}", humantime::format_duration(*cycle)),
            Self::Cron(cron) => write!(f, "{} {}", cron.line, cron.zone),
        }
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    #[test]
    fn fires_in_its_own_time_zone() {
        let schedule = CronSchedule::parse("0 3 * * *", "Europe/Berlin").unwrap();
        let now = Utc.with_ymd_and_hms(2026, 7, 1, 0, 0, 0).unwrap();
        assert_eq!(schedule.next_after(now), Some(Utc.with_ymd_and_hms(2026, 7, 1, 1, 0, 0).unwrap()));
    }

    #[test]
    fn names_the_line_and_the_zone_that_are_wrong() {
        let line = CronSchedule::parse("0 25 * * *", "UTC").unwrap_err();
        assert!(line.to_string().starts_with("`0 25 * * *` is not a cron line: `25` is no hour; "), "{line}");
        let zone = CronSchedule::parse("0 3 * * *", "Mars/Base").unwrap_err();
        assert_eq!(zone, InvalidSchedule::Zone("Mars/Base".into()));
    }
}
