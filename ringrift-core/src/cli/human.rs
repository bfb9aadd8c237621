//! Numbers as people read them.

/// A span of time in its two greatest units: `850ms`, `12s`, `3m 12s`, `5h 3m`, `12d 3h`.
pub(super) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |big, unit, small, small_unit| match small {
        0 => format!("{big}{unit}"),
        _ => format!("{big}{unit} {small}{small_unit}"),
    };
    if seconds == 0 {
        format!("{milliseconds}ms")
    } else if minutes == 0 {
        format!("{seconds}s")
    } else if hours == 0 {
        two(minutes, 'm', seconds % 60, 's')
    } else if days == 0 {
        two(hours, 'h', minutes % 60, 'm')
    } else {
        two(days, 'd', hours % 24, 'h')
    }
}

/// A count in six columns at the most: `999999`, `1.2M`.
pub(super) fn count(n: u64) -> String {
    const UNITS: [(u64, char); 4] =
        [(1_000_000_000_000_000, 'P'), (1_000_000_000_000, 'T'), (1_000_000_000, 'G'), (1_000_000, 'M')];
    match UNITS.into_iter().find(|(unit, _)| n >= *unit) {
        Some((unit, letter)) => format!("{}.{}{letter}", n / unit, n % unit / (unit / 10)),
        None => n.to_string(),
    }
}

/// What a page about one thing begins with: its name, and what it is, where that is documented.
pub(super) fn heading(name: &str, description: &str) -> String {
    match description {
        "" => format!("{name}\n\n"),
        _ => format!("{name}\n  {description}\n\n"),
    }
}

/// `one daemon`, `5 daemons`.
pub(super) fn plural(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, duration, plural};

    #[test]
    fn durations_have_two_units_at_most() {
        let check = |milliseconds, expected| assert_eq!(duration(milliseconds), expected);
        check(0, "0ms");
        check(850, "850ms");
        check(12_999, "12s");
        check(192_000, "3m 12s");
        check(180_000, "3m");
        check(18_180_000, "5h 3m");
        check(86_399_999, "23h 59m");
        check(1_047_600_000, "12d 3h");
    }

    #[test]
    fn counts_take_six_columns_at_most() {
        let check = |n, expected| assert_eq!(count(n), expected);
        check(0, "0");
        check(999_999, "999999");
        check(1_000_000, "1.0M");
        check(1_290_000, "1.2M");
        check(999_999_999, "999.9M");
        check(1_000_000_000, "1.0G");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(plural(1, "daemon"), "1 daemon");
        assert_eq!(plural(0, "daemon"), "0 daemons");
    }
}
