//! Values of a file: how they are read, and what is said of wrong ones.

use std::collections::{BTreeMap, HashMap};

use super::{Mode, Quality, build, check_report, layers};

#[test]
fn wrong_values_say_what_they_must_be() {
    check_report::<Quality>(
        layers(
            "[s]\nthreshold = true\nmax_alerts = 1.5\ncycle = 60\nname = 5\nenabled = 'yes'\n\
             hosts = 'a'\nlimits = { most = 0, least = 256, mode = 'strickt' }",
        ),
        &[
            "ringrift.toml:2:13: `s.threshold` must be a number, not true",
            "ringrift.toml:3:14: `s.max_alerts` must be a whole number of at least 0, not 1.5",
            "ringrift.toml:4:9: `s.cycle` must be a duration such as \"60s\", \"5m\" or \"1h 30m\", not 60",
            "ringrift.toml:5:8: `s.name` must be a string, not 5",
            "ringrift.toml:6:11: `s.enabled` must be true or false, not the string \"yes\"",
            "ringrift.toml:7:9: `s.hosts` must be a list, not the string \"a\"",
            "ringrift.toml:8:19: `s.limits.most` must be a whole number of at least 1, not 0",
            "ringrift.toml:8:30: `s.limits.least` must be a whole number from 0 to 255, not 256",
            "ringrift.toml:8:42: `s.limits.mode` must be one of `strict`, `lenient`, `custom`, `fixed`, \
             not \"strickt\"; did you mean `strict`?",
        ],
    );
}

#[test]
fn every_wrong_item_of_a_list_is_reported_at_its_place() {
    check_report::<HashMap<String, Vec<u8>>>(
        layers("[s]\na = [1, 'x',\n  300]\nb = [-1]"),
        &[
            "ringrift.toml:2:9: `s.a[1]` must be a whole number from 0 to 255, not the string \"x\"",
            "ringrift.toml:3:3: `s.a[2]` must be a whole number from 0 to 255, not 300",
            "ringrift.toml:4:6: `s.b[0]` must be a whole number from 0 to 255, not -1",
        ],
    );
}

#[test]
fn a_tuple_takes_exactly_its_length() {
    let check = |list: &str, report: &[&str]| {
        check_report::<BTreeMap<String, (u8, u8)>>(layers(&format!("[s]\na = {list}")), report);
    };
    check("[1]", &["ringrift.toml:2:5: `s.a` must be a list of 2 items, not 1 item"]);
    check("[1, 2, 3]", &["ringrift.toml:2:5: `s.a` must be a list of 2 items, not 3 items"]);
    check("['x', 2]", &["ringrift.toml:2:6: `s.a[0]` must be a whole number from 0 to 255, not the string \"x\""]);
}

#[test]
fn variants_are_names_or_tables_of_one_key() {
    let config = build(layers("a = 'lenient'\nb = { fixed = 3 }\n[c.custom]\nslack = 0.5"));
    assert_eq!(config.section::<Mode>("a").unwrap(), Mode::Lenient);
    assert_eq!(config.section::<Mode>("b").unwrap(), Mode::Fixed(3));
    assert_eq!(config.section::<Mode>("c").unwrap(), Mode::Custom { slack: 0.5 });
    let check = |toml: &str, message: &str| {
        check_report::<Mode>(layers(&format!("s = {toml}")), &[message]);
    };
    check("'fixed'", "ringrift.toml:1:5: `s` is not valid: `fixed` needs a value; write { fixed = .. }");
    check("{ strict = 1 }", "ringrift.toml:1:5: `s` is not valid: `strict` takes no value; write \"strict\"");
    check("{ fixed = 300 }", "ringrift.toml:1:15: `s.fixed` must be a whole number from 0 to 255, not 300");
    check("5", "ringrift.toml:1:5: `s` must be one of `strict`, `lenient`, `custom`, `fixed`, not 5");
}

#[test]
fn keys_of_a_map_may_be_numbers() {
    let config = build(layers("[s]\n80 = 'http'\n443 = 'https'"));
    let ports: BTreeMap<u16, String> = config.section("s").unwrap();
    assert_eq!(ports, BTreeMap::from([(80, "http".into()), (443, "https".into())]));
    check_report::<BTreeMap<u16, String>>(
        layers("[s]\n80 = 'http'\nx = 'y'"),
        &["ringrift.toml:3:5: `s.x` must be a whole number from 0 to 65535, not the string \"x\""],
    );
}
