//! Cron lines and time zones, by the parsers that `ringrift_core` reads them with.

use std::str::FromStr;

use syn::{LitStr, parse2};

use super::{Argument, cron_line, values::text};
use crate::{nearest::did_you_mean, problems::Problems};

/// `schedule = ".."`.
pub(crate) fn cron(argument: &Argument, problems: &mut Problems) -> Option<LitStr> {
    if parse2::<LitStr>(argument.value.clone().unwrap_or_default()).is_err() {
        let written = Some(argument.place().to_string()).filter(|line| cron_line::parse(line).is_ok());
        let line = written.as_deref().unwrap_or("0 3 * * *");
        problems.at(argument.place(), format!("write `{} = \"{line}\"`", argument.key));
        return None;
    }
    let line = text(argument, problems)?;
    match cron_line::parse(&line.value()) {
        Ok(_) => Some(line),
        Err(message) => {
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
