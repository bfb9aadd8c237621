//! That a daemon with a pace has something to do at it, and one with a runner nothing besides.

use super::text::{Text, equal};

/// `cycle` and `schedule` say when `run_cycle` runs, and that of the trait does nothing; in place of
/// any `run_cycle`, a `runner` runs. Without `has_own` nothing is known, and something else is reported.
#[track_caller]
pub const fn check_cycle(has_own: Option<bool>, daemon: &str, option: &str) {
    let is_runner = equal(option, "runner");
    match has_own {
        Some(true) if is_runner => panic_with_both(daemon),
        Some(false) if !is_runner => panic_with_neither(daemon, option),
        _ => {}
    }
}

#[track_caller]
const fn panic_with_both(daemon: &str) -> ! {
    let text = Text::new("daemon `").push(daemon).push("` has a `runner`, which takes the place of the cycles, and a ");
    panic!("{}", text.push("`run_cycle`, which would never run; remove one of the two").as_str())
}

#[track_caller]
const fn panic_with_neither(daemon: &str, option: &str) -> ! {
    let text = Text::new("daemon `").push(daemon).push("` has a `").push(option).push("`, and no `run_cycle`; write ");
    let text =
        text.push("`async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult` in its `impl Daemon`, or remove `");
    panic!("{}", text.push(option).push("`").as_str())
}
