//! Cron lines and time zones, by the parsers that `ringrift_core` reads them with.

use std::str::FromStr;

use croner::parser::{CronParser, Seconds};
use syn::LitStr;

use super::{Argument, values::text};
use crate::{nearest::did_you_mean, problems::Problems};

/// `schedule = ".."`.
pub(crate) fn cron(argument: &Argument, problems: &mut Problems) -> Option<LitStr> {
    let line = text(argument, problems)?;
    let parser = CronParser::builder().seconds(Seconds::Optional).build();
    match parser.parse(&line.value()) {
        Ok(_) => Some(line),
        Err(error) => {
            let reason = error.to_string();
            let message = format!(
                "`{}` is not a cron line: {}; write five fields, `minute hour day month weekday`, as in \"0 3 * * *\"",
                line.value(),
                reason.trim_end_matches('.')
            );
            problems.at(&line, message);
            None
        }
    }
}

/// `tz = ".."`.
pub(crate) fn zone(argument: &Argument, problems: &mut Problems) -> Option<LitStr> {
    let zone = text(argument, problems)?;
    if chrono_tz::Tz::from_str(&zone.value()).is_ok() {
        return Some(zone);
    }
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let hint = did_you_mean(&zone.value(), known)
        .unwrap_or_else(|| "; write an IANA name such as `UTC` or `Europe/Berlin`".to_owned());
    problems.at(&zone, format!("unknown time zone `{}`{hint}", zone.value()));
    None
}
