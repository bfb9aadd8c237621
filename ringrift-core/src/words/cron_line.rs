//! Reading cron lines. One text for two crates: `ringrift-macros` has a symbolic link to it, so that
//! `schedule = ".."` is refused by the compiler and in the configuration for the same reasons.

use chrono::{NaiveDate, NaiveTime};
use croner::{
    Cron, YEAR_UPPER_LIMIT,
    parser::{CronParser, Seconds, Year},
};

/// The fields of a line; the first may be left out.
const FIELDS: [&str; 6] = ["second", "minute", "hour", "day", "month", "weekday"];

/// The calendar repeats itself: a date that is not in these years never comes.
const CALENDAR_YEARS: i32 = 400;

/// Reads a cron line: five fields, or six with seconds first, or a name such as `@daily`.
///
/// # Errors
/// When it can't be read, or never fires; the text says which field is wrong, and what to write.
pub(crate) fn parse(line: &str) -> Result<Cron, String> {
    let cron = parser().parse(line).map_err(|_| unreadable(line))?;
    if fires(&cron) { Ok(cron) } else { Err(never(line)) }
}

fn parser() -> CronParser {
    CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build()
}

fn fires(cron: &Cron) -> bool {
    // The search ends at the upper limit.
    let start = NaiveDate::from_ymd_opt(YEAR_UPPER_LIMIT - CALENDAR_YEARS, 1, 1).expect("it is a date");
    cron.find_next_occurrence(&start.and_time(NaiveTime::MIN), true).is_ok()
}

fn unreadable(line: &str) -> String {
    let what = wrong_field(line).map(|wrong| format!(": {wrong}")).unwrap_or_default();
    format!("`{line}` is not a cron line{what}; write five fields, `minute hour day month weekday`, as in `0 3 * * *`")
}

/// The first field that can't be read in a line whose others are all `*`.
fn wrong_field(line: &str) -> Option<String> {
    let fields = fields(line)?;
    let is_wrong = |at: &usize| {
        let alone: Vec<&str> = (0..fields.len()).map(|i| if i == *at { fields[i].1 } else { "*" }).collect();
        parser().parse(&alone.join(" ")).is_err()
    };
    let (name, value) = fields[(0..fields.len()).find(is_wrong)?];
    Some(format!("`{value}` is no {name}"))
}

fn never(line: &str) -> String {
    let reason = match fields(line).as_deref() {
        Some([.., (_, day), (_, month), (_, "*" | "?")]) => {
            format!(": month `{month}` has no day `{day}`; the last day of every month is `0 0 L * *`")
        }
        Some([.., (_, day), (_, month), (_, weekday)]) => {
            format!(": no day `{day}` of month `{month}` is a `{weekday}`; without the `+`, either of the two fires")
        }
        _ => String::new(),
    };
    format!("`{line}` never fires{reason}")
}

/// The fields with their names, when there are as many as there should be.
fn fields(line: &str) -> Option<Vec<(&'static str, &str)>> {
    let values: Vec<&str> = line.split_whitespace().collect();
    let optional = FIELDS.len().checked_sub(values.len()).filter(|optional| *optional <= 1)?;
    Some(FIELDS[optional..].iter().copied().zip(values).collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn accepts_what_fires_however_rarely() {
        for line in [
            "0 3 * * *",
            "30 0 3 * * Mon",
            "@daily",
            "0 0 29 2 *",
            "0 0 29 FEB +MON",
            "0 0 31 * *",
            "0 0 L 2 *",
            "0 0 30 2 1",
            "0 0 * 2 FRI#5",
            "30 2 * * *",
        ] {
            assert!(parse(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        let check = |line: &str, reason: &str| {
            let way_out = "write five fields, `minute hour day month weekday`, as in `0 3 * * *`";
            assert_eq!(parse(line).unwrap_err(), format!("`{line}` is not a cron line{reason}; {way_out}"));
        };
        check("0 25 * * *", ": `25` is no hour");
        check("61 0 0 * * *", ": `61` is no second");
        check("0 0 * * Mnday", ": `Mnday` is no weekday");
        check("every day", "");
        check("0 0 3 1 1 * 2020", "");
    }

    #[test]
    fn refuses_what_never_fires() {
        let check = |line: &str, reason: &str| {
            assert_eq!(parse(line).unwrap_err(), format!("`{line}` never fires: {reason}"));
        };
        let last = "the last day of every month is `0 0 L * *`";
        check("0 0 30 2 *", &format!("month `2` has no day `30`; {last}"));
        check("0 0 31 4,6,9,11 *", &format!("month `4,6,9,11` has no day `31`; {last}"));
        check("15 0 0 30-31 Feb ?", &format!("month `Feb` has no day `30-31`; {last}"));
        let either = "without the `+`, either of the two fires";
        check("0 0 8 * +MON#1", &format!("no day `8` of month `*` is a `+MON#1`; {either}"));
    }
}
