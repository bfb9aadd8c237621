//! More events than there is room for: what is lost is what the policies say, and is counted.

use ringrift_core::AccountSnapshot;
use ringrift_tests::crash::{
    kill::{succeeded, victim},
    storm::{Figures, MOST_KIB},
};

use super::kills::program;

const EVENTS: u64 = 100_000;
const SUBSCRIBERS: u64 = 10;

#[test]
fn a_storm_ends_in_closed_accounts_and_bounded_memory() {
    let output = victim(program(), &["storm", &EVENTS.to_string(), &SUBSCRIBERS.to_string()]).output().unwrap();
    let figures: Figures = serde_json::from_str(&succeeded(&output).unwrap()).unwrap();
    eprintln!("{figures:#?}");
    assert_eq!((figures.events, figures.subscribers), (EVENTS, SUBSCRIBERS));
    let AccountSnapshot { owed, handled, dead, .. } = figures.block;
    assert_eq!((owed, handled + dead), (4 * EVENTS, owed), "the emitters wait, up to 5 s");
    let AccountSnapshot { owed, handled, evicted, .. } = figures.drop_oldest;
    assert_eq!((owed, handled + evicted), (3 * EVENTS, owed));
    let AccountSnapshot { owed, handled, dropped, .. } = figures.drop_newest;
    assert_eq!((owed, handled + dropped), (3 * EVENTS, owed));
    assert!(evicted > 0 && dropped > 0, "{figures:#?}");
    assert!(figures.peak_kib <= MOST_KIB, "{figures:#?}");
    assert!(figures.livez_asked > 0 && figures.livez_failed == 0, "{figures:#?}");
}
