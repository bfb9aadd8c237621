//! Cron lines that fire rarely; and that the configuration knows the macro's rules.
use ringrift_core::{Registry, config::layers::Layers, prelude::*, runtime::check_config};

macro_rules! works {
    () => {
        async fn run_cycle(&self, _: &Context<Self>) -> DaemonResult {
            Ok(())
        }
    };
}

#[daemon(category = "misc", schedule = "0 0 29 2 *")]
struct LeapDay;
impl Daemon for LeapDay {
    works!();
}

#[daemon(category = "misc", schedule = "0 0 * Feb Fri#5")]
struct FifthFriday;
impl Daemon for FifthFriday {
    works!();
}

#[daemon(category = "misc", schedule = "0 0 L * *", tz = "Europe/Berlin")]
struct LastDay;
impl Daemon for LastDay {
    works!();
}

#[daemon(category = "misc", schedule = "0 0 30 2 Mon")]
struct OrMonday;
impl Daemon for OrMonday {
    works!();
}

fn problem(line: &str) -> Option<String> {
    let toml = format!("[daemons.leap_day.options]\nschedule = \"{line}\"\n");
    let config = Layers::default().text("ringrift.toml", toml).build().expect("it is TOML");
    let problems = check_config(&Registry::empty().with::<LeapDay>(), &config);
    problems.first().map(ToString::to_string)
}

fn main() {
    assert_eq!(problem("0 0 29 2 *"), None);
    let expected = "ringrift.toml:2:12: `daemons.leap_day.options.schedule` is not valid: `0 0 30 2 *` never fires: \
                    month `2` has no day `30`; the last day of every month is `0 0 L * *`";
    assert_eq!(problem("0 0 30 2 *").as_deref(), Some(expected));
}
