//! Text of variables and flags, and what it becomes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Mode, Quality, check_adapts, check_report, env};
use crate::config::duration::HumanDuration;
use crate::config::layers::Layers;

#[test]
fn text_of_the_environment_becomes_what_the_field_wants() {
    check_adapts("80", &80_u16);
    check_adapts("80", &"80".to_owned());
    check_adapts(" 80 ", &Some(80_i64));
    check_adapts("true", &true);
    check_adapts("true", &"true".to_owned());
    check_adapts("1", &1.0_f64);
    check_adapts("0.25", &0.25_f64);
    check_adapts("x", &'x');
    check_adapts("5m", &HumanDuration(Duration::from_secs(300)));
    check_adapts("lenient", &Mode::Lenient);
    check_adapts("{ fixed = 3 }", &Mode::Fixed(3));
    check_adapts("[\"a\",\"b\"]", &vec!["a".to_owned(), "b".to_owned()]);
    check_adapts("[1, 2]", &(1_u8, 2_u8));
    check_adapts("{ a = 1, b = 2 }", &BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    check_adapts("80", &toml::Value::Integer(80));
    check_adapts("plain words", &toml::Value::String("plain words".to_owned()));
}

#[test]
fn text_that_does_not_become_what_is_wanted_is_reported_at_its_variable() {
    let variables = [
        ("RINGRIFT__S__ENABLED", "yes"),
        ("RINGRIFT__S__HOSTS", "a,b"),
        ("RINGRIFT__S__LIMITS__MOST", "0"),
        ("RINGRIFT__S__MAX_ALERTS", "many"),
        ("RINGRIFT__S__TRESHOLD", "1"),
    ];
    check_report::<Quality>(
        Layers::default().env(env(&variables)).set("s.cycle", "soon", "--set s.cycle"),
        &[
            "environment RINGRIFT__S__ENABLED: `s.enabled` must be true or false, not the string \"yes\"",
            "environment RINGRIFT__S__HOSTS: `s.hosts` must be a list, not the string \"a,b\"",
            "environment RINGRIFT__S__LIMITS__MOST: `s.limits.mode` is missing; it has no default",
            "environment RINGRIFT__S__LIMITS__MOST: `s.limits.most` must be a whole number of at least 1, not 0",
            "environment RINGRIFT__S__MAX_ALERTS: `s.max_alerts` must be a whole number of at least 0, not the string \"many\"",
            "environment RINGRIFT__S__TRESHOLD: `s.treshold` is not a known key; did you mean `threshold`?",
            "--set s.cycle: `s.cycle` must be a duration such as \"60s\", \"5m\" or \"1h 30m\", not the string \"soon\"",
        ],
    );
}

#[test]
fn a_wrong_item_in_a_variable_is_reported_at_the_variable() {
    check_report::<Vec<u8>>(
        Layers::default().env(env(&[("RINGRIFT__S", "[1, 300]")])),
        &["environment RINGRIFT__S: `s[1]` must be a whole number from 0 to 255, not 300"],
    );
}
