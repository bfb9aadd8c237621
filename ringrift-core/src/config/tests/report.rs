//! All the problems of a section, in one report.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Limits, Mode, Quality, build, check_report, layers};
use crate::config::duration::HumanDuration;
use crate::config::layers::Layers;
use crate::config::problem::ConfigError;

#[test]
fn an_unknown_key_a_wrong_type_and_a_bad_duration_are_one_report() {
    let toml = "\
# the monitor
[daemons.quality_monitor]
treshold = 0.5
max_alerts = \"many\"
  cycle = \"5 parsecs\"
";
    let problems = build(layers(toml)).section::<Quality>("daemons.quality_monitor").unwrap_err();
    assert_eq!(
        ConfigError::from(problems).to_string(),
        "3 problems in the configuration\n  \
         ringrift.toml:3:1: `daemons.quality_monitor.treshold` is not a known key; \
         did you mean `threshold`?\n  \
         ringrift.toml:4:14: `daemons.quality_monitor.max_alerts` must be a whole number \
         of at least 0, not the string \"many\"\n  \
         ringrift.toml:5:11: `daemons.quality_monitor.cycle` must be a duration such as \
         \"60s\", \"5m\" or \"1h 30m\", not the string \"5 parsecs\""
    );
}

#[test]
fn unknown_keys_of_nested_tables_are_guessed_from_their_own_fields() {
    check_report::<Quality>(
        layers("[s.limits]\nmots = 1\nmost = 2\n[s.limits.mode.custom]\nslak = 1\nslack = 1\nthreshold = 1"),
        &[
            "ringrift.toml:2:1: `s.limits.mots` is not a known key; did you mean `most`?",
            "ringrift.toml:5:1: `s.limits.mode.custom.slak` is not a known key; did you mean `slack`?",
            "ringrift.toml:7:1: `s.limits.mode.custom.threshold` is not a known key; known are `slack`",
        ],
    );
}

#[test]
fn every_missing_field_is_reported_at_its_table() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Needy {
        url: String,
        limits: Limits,
        port: u16,
        pause: HumanDuration,
        mode: Mode,
        extra: Option<u8>,
        last: bool,
    }
    check_report::<Needy>(
        layers("\n[s]\nport = 80000\nurll = 1"),
        &[
            "ringrift.toml:2:1: `s.last` is missing; it has no default",
            "ringrift.toml:2:1: `s.limits` is missing; it has no default",
            "ringrift.toml:2:1: `s.mode` is missing; it has no default",
            "ringrift.toml:2:1: `s.pause` is missing; it has no default",
            "ringrift.toml:2:1: `s.url` is missing; it has no default",
            "ringrift.toml:3:8: `s.port` must be a whole number from 0 to 65535, not 80000",
            "ringrift.toml:4:1: `s.urll` is not a known key; did you mean `url`?",
        ],
    );
}

#[test]
fn what_cannot_be_made_up_does_not_hide_what_is_beside_it() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Never;
    impl TryFrom<String> for Never {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            Err(format!("{text} is never right"))
        }
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Inner {
        never: Never,
        port: u16,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Outer {
        inner: Inner,
        port: u16,
    }
    check_report::<Outer>(
        layers("[s]\nport = -1\n[s.inner]\nnever = 'x'\nport = -2\n"),
        &[
            "ringrift.toml:2:8: `s.port` must be a whole number from 0 to 65535, not -1",
            "ringrift.toml:4:9: `s.inner.never` is not valid: x is never right",
            "ringrift.toml:5:8: `s.inner.port` must be a whole number from 0 to 65535, not -2",
        ],
    );
}

#[test]
fn a_missing_field_of_an_absent_section_names_the_file() {
    check_report::<Limits>(
        layers("[other]"),
        &[
            "ringrift.toml: `s.mode` is missing; it has no default",
            "ringrift.toml: `s.most` is missing; it has no default",
        ],
    );
    check_report::<Limits>(
        Layers::default(),
        &["`s.mode` is missing; it has no default", "`s.most` is missing; it has no default"],
    );
}

#[test]
fn a_struct_that_denies_unknown_fields_reports_them_in_the_same_words() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Strict {
        port: u16,
    }
    check_report::<Strict>(
        layers("[s]\nprt = 1\nport = 'x'\nzzzzz = 1"),
        &[
            "ringrift.toml:2:1: `s.prt` is not a known key; did you mean `port`?",
            "ringrift.toml:3:8: `s.port` must be a whole number from 0 to 65535, not the string \"x\"",
            "ringrift.toml:4:1: `s.zzzzz` is not a known key; known are `port`",
        ],
    );
}

#[test]
fn a_key_set_under_its_old_and_its_new_name_is_reported() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Renamed {
        #[serde(alias = "interval")]
        period: u16,
    }
    check_report::<Renamed>(
        layers("[s]\ninterval = 1\nperiod = 2"),
        &["ringrift.toml:3:1: `s.period` is set twice, once by an older name; keep one"],
    );
}

#[test]
fn a_check_of_the_whole_section_is_reported_at_its_header() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "BTreeMap<String, i64>")]
    struct Span;
    impl TryFrom<BTreeMap<String, i64>> for Span {
        type Error = &'static str;
        fn try_from(ends: BTreeMap<String, i64>) -> Result<Self, &'static str> {
            if ends["from"] <= ends["to"] { Ok(Self) } else { Err("`from` is after `to`") }
        }
    }
    check_report::<Span>(
        layers("\n[s]\nfrom = 2\nto = 1"),
        &["ringrift.toml:2:1: `s` is not valid: `from` is after `to`"],
    );
}

#[test]
fn a_field_that_ignores_its_value_is_a_known_key() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Lax {
        anything: serde::de::IgnoredAny,
    }
    check_report::<Lax>(
        layers("[s]\nanything = 1\nanythin = 1"),
        &["ringrift.toml:3:1: `s.anythin` is not a known key; did you mean `anything`?"],
    );
}
