//! That a daemon with a pace has something to do at it.

use super::text::Text;

/// `cycle` and `schedule` say when `run_cycle` runs, and that of the trait does nothing.
#[track_caller]
pub const fn check_cycle(is_own: bool, daemon: &str, option: &str) {
    if is_own {
        return;
    }
    let text = Text::new("daemon `").push(daemon).push("` has a `").push(option).push("`, and no `run_cycle`; write ");
    let text =
        text.push("`async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult` in its `impl Daemon`, or remove `");
    panic!("{}", text.push(option).push("`").as_str())
}
