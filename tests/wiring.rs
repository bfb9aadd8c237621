//! What only the whole program can know of its wiring, as golden texts.

use ringrift_core::{Event, EventMeta, Registry, prelude::*, runtime::Runtime, wiring};
use serde::{Deserialize, Serialize};

/// Declares an event of that name.
macro_rules! events {
    ($($event:ident = $name:literal $(, $option:ident $(= $value:tt)?)*;)*) => {$(
        /// An event of these tests.
        #[event($name $(, $option $(= $value)?)*)]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        struct $event;
    )*};
}

events! {
    Heard = "WIRING_HEARD";
    Herd = "WIRING_HERD";
    Outer = "WIRING_OUTER", external;
    Twin = "WIRING_TWIN";
}

/// Called as the other; by hand, so that only the test that asks for it sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct OtherTwin;

impl Event for OtherTwin {
    const NAME: &'static str = "WIRING_OTHER_TWIN";
    const ALIASES: &'static [&'static str] = &["WIRING_TWIN"];

    fn meta() -> &'static EventMeta {
        static META: EventMeta = EventMeta::new::<OtherTwin>(file!(), line!());
        &META
    }
}

mod copies {
    use super::*;

    /// Called as the other.
    #[daemon(name = "speaker", category = "misc", register = false)]
    pub(super) struct SameName;
    impl Daemon for SameName {}

    /// Should not be used any more.
    #[daemon(category = "misc", profiles = ["coordinator", "local"], deprecated = "use speaker", register = false)]
    pub(super) struct Outdated;
    impl Daemon for Outdated {}

    /// Should not be used any more, and is not.
    #[daemon(category = "misc", default_off, deprecated = "use speaker", register = false)]
    pub(super) struct OutdatedAndOff;
    impl Daemon for OutdatedAndOff {}

    /// Emits what two events are called.
    #[daemon(category = "misc", emits = [Twin, OtherTwin], register = false)]
    pub(super) struct Twins;
    impl Daemon for Twins {}
}
use copies::{Outdated, OutdatedAndOff, SameName, Twins};

/// Emits what nobody handles.
#[daemon(category = "misc", emits = [Herd], register = false)]
struct Speaker;
impl Daemon for Speaker {}

/// Handles what nobody emits, and what comes from outside.
#[daemon(category = "misc", register = false)]
struct Hearer {}
impl Daemon for Hearer {}

#[handlers]
impl Hearer {
    #[on_event("WIRING_HEARD")]
    async fn on_heard(&self, _event: &Heard, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("WIRING_OUTER")]
    async fn on_outer(&self, _event: &Outer, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

/// The problems, each with the line left out: it moves with the file.
fn problems(registry: &Registry) -> Vec<String> {
    let problems = wiring::check(registry).into_iter().map(|problem| problem.to_string());
    problems.map(|text| without_lines(&text)).collect()
}

fn without_lines(text: &str) -> String {
    let mut words: Vec<String> = text.split("wiring.rs:").map(str::to_owned).collect();
    for word in words.iter_mut().skip(1) {
        *word = word.trim_start_matches(|digit: char| digit.is_ascii_digit()).to_owned();
    }
    words.join("wiring.rs:LINE")
}

#[test]
fn what_fits_has_no_problem() {
    let registry = Registry::empty().with::<OutdatedAndOff>();
    assert_eq!(problems(&registry), Vec::<String>::new());
}

#[test]
fn an_event_that_nobody_emits_is_an_error_and_one_that_nobody_handles_a_warning() {
    let registry = Registry::empty().with::<Speaker>().with::<Hearer>();
    assert_eq!(
        problems(&registry),
        [
            "error: `hearer::on_heard` handles `WIRING_HEARD`, which nobody emits; `WIRING_HERD` is emitted; \
             add it to the `emits` of a daemon, or mark the event `external`\n  --> tests/wiring.rs:LINE",
            "warning: daemon `speaker` emits `WIRING_HERD`, which nobody handles\n  --> tests/wiring.rs:LINE",
        ]
    );
}

#[test]
fn two_daemons_of_one_name_are_an_error() {
    let registry = Registry::empty().with::<Speaker>().with::<SameName>();
    assert_eq!(
        problems(&registry)[0],
        "error: two daemons are called `speaker`, the other at tests/wiring.rs:LINE; \
         give one of them `name = \"..\"`\n  --> tests/wiring.rs:LINE"
    );
}

#[test]
fn a_deprecated_daemon_in_a_profile_is_an_error() {
    assert_eq!(
        problems(&Registry::empty().with::<Outdated>()),
        ["error: daemon `outdated` is deprecated (use speaker) but still in profile `coordinator`, `local`; \
          add `default_off`, or `profiles = []`\n  --> tests/wiring.rs:LINE"]
    );
}

#[test]
fn two_events_of_one_name_or_alias_are_an_error() {
    assert_eq!(
        problems(&Registry::empty().with::<Twins>())[0],
        "error: two events are called `WIRING_TWIN`, the other at tests/wiring.rs:LINE; rename one\n  \
         --> tests/wiring.rs:LINE"
    );
}

#[tokio::test(start_paused = true)]
async fn a_runtime_refuses_to_start_with_every_error_and_without_the_warnings() {
    let registry = Registry::empty().with::<Speaker>().with::<Hearer>().with::<Outdated>();
    let refused = Runtime::builder().registry(registry).start().await.err().unwrap();
    let text = without_lines(&refused.to_string());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("the wiring is wrong", 5), "{text}");
    assert!(lines[1].starts_with("error: `hearer::on_heard`") && lines[3].starts_with("error: daemon `outdated`"));
}

#[test]
fn the_graph_drew_events_to_nobody_that_every_program_has() {
    use ringrift_core::{Graph, builtin::dlq_retry::DlqRetry};
    assert_eq!(Graph::of(&Registry::empty().with::<DlqRetry>()).loose_ends(), []);
}
