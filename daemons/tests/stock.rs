//! The stock daemons as a whole: all of them are linked, and they are wired up. A binary of its own,
//! because the whole-system tests declare events that are wrong on purpose.

use ringrift_core::{DaemonType, Registry, runtime, wiring};
use ringrift_daemons as _;

/// A crate that nobody names is not linked, and its daemons are silently not there.
#[test]
fn every_stock_daemon_is_linked() {
    let names: String = DaemonType::variants().iter().map(|daemon| format!("{daemon}\n")).collect();
    assert_eq!(
        names,
        include_str!("../../tests/golden/daemons.txt"),
        "a new daemon goes into tests/golden/daemons.txt"
    );
}

#[test]
fn the_wiring_has_neither_errors_nor_warnings() {
    ringrift_core::testing::check_wiring();
    assert_eq!(wiring::check(&Registry::collected()), []);
}

#[test]
fn there_is_a_profile_for_one_machine_and_one_for_each_part_of_the_work() {
    let profiles = runtime::profiles(&Registry::collected());
    assert_eq!(Vec::from_iter(profiles), ["coordinator", "local", "selfplay"]);
}

#[test]
fn a_daemon_is_written_as_its_name_and_read_in_either_case() {
    let all = DaemonType::variants();
    let quality_monitor = all.into_iter().find(|daemon| daemon.as_str() == "quality_monitor").unwrap();
    assert_eq!(serde_json::to_string(&quality_monitor).unwrap(), "\"quality_monitor\"");
    for text in ["quality_monitor", "QUALITY_MONITOR"] {
        assert_eq!(serde_json::from_value::<DaemonType>(text.into()).unwrap(), quality_monitor);
    }
    let error = serde_json::from_value::<DaemonType>("quality_montior".into()).unwrap_err();
    assert!(error.to_string().contains("did you mean `quality_monitor`?"), "{error}");
}
