//! Finding sections, and what stands beside them.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Limits, Mode, Quality, build, env, layers, lines};
use crate::config::duration::HumanDuration;

#[test]
fn a_good_section_is_read_and_an_absent_one_is_the_default() {
    let config =
        build(layers("[s]\nthreshold = 1\ncycle = '1m'\nhosts = ['a', 'b']\nlimits = { most = 3, mode = 'strict' }"));
    let limits = Limits { most: NonZeroU32::new(3).unwrap(), least: None, mode: Mode::Strict };
    assert_eq!(
        config.section::<Quality>("s").unwrap(),
        Quality {
            threshold: 1.0,
            cycle: HumanDuration(Duration::from_secs(60)),
            hosts: vec!["a".into(), "b".into()],
            limits: Some(limits),
            ..Quality::default()
        }
    );
    assert_eq!(config.section::<Quality>("absent.too").unwrap(), Quality::default());
}

#[test]
fn a_section_may_leave_out_what_belongs_to_others() {
    let config = build(layers("[s]\nmax_alerts = 3\n[s.options]\ncycle = 'x'"));
    let quality: Quality = config.section_without("s", &["options"]).unwrap();
    assert_eq!(quality.max_alerts, 3);
    assert_eq!(
        lines(&config.section::<Quality>("s").unwrap_err()),
        ["ringrift.toml:3:4: `s.options` is not a known key; known are `threshold`, `max_alerts`, \
          `cycle`, `name`, `enabled`, `hosts`, `limits`"]
    );
}

#[test]
fn a_section_inside_a_single_value_is_no_section() {
    let config = build(layers("daemons = 5"));
    for path in ["daemons", "daemons.x", "daemons.x.options"] {
        assert_eq!(
            lines(&config.section::<Quality>(path).unwrap_err()),
            ["ringrift.toml:1:11: `daemons` must be a table, not 5"]
        );
    }
    assert_eq!(
        lines(&config.section::<Quality>("a..b").unwrap_err()),
        ["ringrift.toml: `a..b` names no section: a key in it is empty"]
    );
}

#[test]
fn subsections_are_the_tables_and_unknown_ones_are_guessed() {
    let layers = layers("[daemons.quality]\n[daemons.auto_snc]\nx = 1\n[other]");
    let config = build(layers.env(env(&[("RINGRIFT__DAEMONS__STRAY", "1")])));
    let names = config.subsections("daemons");
    let names: Vec<String> = names.iter().map(|(name, at)| format!("{name} at {at}")).collect();
    assert_eq!(names, ["auto_snc at ringrift.toml:2:1", "quality at ringrift.toml:1:1"]);
    assert_eq!(
        lines(&config.unknown_children("daemons", &["quality", "auto_sync"])),
        [
            "ringrift.toml:2:10: `daemons.auto_snc` is not a known key; did you mean `auto_sync`?",
            "environment RINGRIFT__DAEMONS__STRAY: `daemons.stray` is not a known key; \
             known are `quality`, `auto_sync`",
        ]
    );
    assert_eq!(
        lines(&config.unknown_children("", &["daemons", "others"])),
        ["ringrift.toml:4:2: `other` is not a known key; did you mean `others`?"]
    );
    assert_eq!(config.subsections("absent"), []);
    assert_eq!(config.unknown_children("absent", &[]), []);
}

#[test]
fn a_check_of_ones_own_is_reported_where_the_value_was_set() {
    let config = build(layers("[s]\nfrom = 3").env(env(&[("RINGRIFT__S__TO", "1")])));
    assert_eq!(
        config.problem("s.to", "must be at least `s.from`").to_string(),
        "environment RINGRIFT__S__TO: `s.to` must be at least `s.from`"
    );
    assert_eq!(config.problem("s.step", "must be given").to_string(), "ringrift.toml:1:1: `s.step` must be given");
}

#[test]
fn a_misspelt_section_that_belongs_to_others_got_no_guess() {
    let config = build(layers("[s]\nmax_alerts = 3\n[s.optoins]\ncycle = 'x'\n[s.limits]\noptoins = 1"));
    let problems = config.section_without::<Quality>("s", &["options"]).unwrap_err();
    assert_eq!(
        lines(&problems),
        [
            "ringrift.toml:3:4: `s.optoins` is not a known key; did you mean `options`?",
            "ringrift.toml:5:1: `s.limits.mode` is missing; it has no default",
            "ringrift.toml:5:1: `s.limits.most` is missing; it has no default",
            "ringrift.toml:6:1: `s.limits.optoins` is not a known key; known are `most`, `least`, `mode`",
        ]
    );
}

#[test]
fn what_is_wrong_in_a_section_hides_nothing_that_is_right() {
    let config = build(layers("[s]\nmax_alerts = -3\nthreshold = 0.5\nnmae = 'x'"));
    let (quality, problems) = config.readable::<Quality>("s");
    assert_eq!(quality, Quality { threshold: 0.5, ..Quality::default() });
    assert_eq!(
        lines(&problems),
        [
            "ringrift.toml:2:14: `s.max_alerts` must be a whole number of at least 0, not -3",
            "ringrift.toml:4:1: `s.nmae` is not a known key; did you mean `name`?",
        ]
    );
}
