//! The options of `#[daemon]`, and which of them exclude or need each other.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use syn::{LitStr, Path, Type};

use crate::{
    arguments::{Given, calendar, lists, option_table, section, values, words},
    names::type_name,
    problems::Problems,
};

option_table! {
    /// What `#[daemon(..)]` says.
    DaemonOptions {
        "name" => name: String = values::daemon_name;
        "category" => category: Ident = words::category;
        "depends_on" => depends_on: Vec<Path> = lists::daemons;
        "wants" => wants: Vec<Path> = lists::daemons;
        "emits" => emits: Vec<Path> = lists::events;
        "cycle" => cycle: Duration = values::duration;
        "schedule" => schedule: LitStr = calendar::cron;
        "tz" => tz: LitStr = calendar::zone;
        "jitter" => jitter: Duration = values::duration;
        "cycle_timeout" => cycle_timeout: Duration = values::duration;
        "handler_timeout" => handler_timeout: Duration = values::duration;
        "start_timeout" => start_timeout: Duration = values::duration;
        "stop_timeout" => stop_timeout: Duration = values::duration;
        "stall_after" => stall_after: Duration = values::duration;
        "startup_grace" => startup_grace: Duration = values::any_duration;
        "restart" => restart: Ident = words::restart;
        "auto_restart" => auto_restart: bool = values::boolean;
        "max_restarts" => max_restarts: u32 = values::restarts;
        "backoff" => backoff: (Duration, Duration) = lists::backoff;
        "restart_reset" => restart_reset: Duration = values::duration;
        "on_exhausted" => on_exhausted: Ident = words::on_exhausted;
        "on_unhealthy" => on_unhealthy: Ident = words::on_unhealthy;
        "critical" => critical: bool = values::flag;
        "health_check_interval" => health_check_interval: Duration = values::duration;
        "mailbox" => mailbox: u32 = values::count;
        "overflow" => overflow: Ident = words::overflow;
        "concurrency" => concurrency: u32 = values::count;
        "config" => config: Type = section::section;
        "init" => init: Path = values::path;
        "runner" => runner: Path = values::path;
        "kind" => kind: Ident = words::kind;
        "profiles" => profiles: Vec<LitStr> = lists::profiles;
        "default_off" => default_off: bool = values::flag;
        "deprecated" => deprecated: LitStr = values::text;
        "scope" => scope: () = values::later;
        "crate" => krate: TokenStream = values::krate;
        "register" => register: bool = values::boolean;
    }
}

impl DaemonOptions {
    /// Notes what can't stand together, and what can't stand alone.
    pub(crate) fn check(&self, problems: &mut Problems) {
        self.check_schedule(problems);
        self.check_restart(problems);
        self.check_links(problems);
    }

    fn check_schedule(&self, problems: &mut Problems) {
        if let (Some(_), Some(schedule)) = (&self.cycle, &self.schedule) {
            problems.at(&schedule.key, "`cycle` and `schedule` exclude each other; keep the one that is meant");
        }
        let pace = key(&self.cycle).or(key(&self.schedule));
        if let (Some(pace), Some(_)) = (pace, self.kind.as_ref().filter(|kind| kind.value == "Task")) {
            problems
                .at(pace, format!("a task runs once and has no `{pace}`; remove it, or write `kind = \"service\"`"));
        }
        if let (None, Some(tz)) = (&self.schedule, &self.tz) {
            problems.at(&tz.key, "`tz` is the time zone of a `schedule`, and there is none; add `schedule = \"0 3 * * *\"`, or remove `tz`");
        }
        let paced = [key(&self.cycle), key(&self.schedule), key(&self.cycle_timeout)];
        for option in paced.into_iter().flatten().filter(|_| self.runner.is_some()) {
            problems.at(
                option,
                format!("a `runner` goes at its own pace, in place of cycles; remove `{option}`, or `runner`"),
            );
        }
        if let (None, Some(jitter)) = (pace, &self.jitter) {
            problems.at(&jitter.key, "`jitter` spreads the cycles of `cycle` or `schedule`, and there is neither; add one, or remove `jitter`");
        }
    }

    fn check_restart(&self, problems: &mut Problems) {
        if let (Some(restart), Some(auto)) = (&self.restart, &self.auto_restart) {
            problems.at(
                &auto.key,
                format!("`restart` and `auto_restart` say the same thing twice; keep `restart = {}`", restart.place),
            );
        }
        let by_restart = self.restart.as_ref().filter(|restart| restart.value == "Never");
        let by_auto = self.auto_restart.as_ref().filter(|auto| !auto.value);
        let Some(never) = key(&by_restart).or(key(&by_auto)) else {
            return;
        };
        let never = if never == "restart" { "restart = \"never\"" } else { "auto_restart = false" };
        let useless = [key(&self.max_restarts), key(&self.backoff), key(&self.restart_reset), key(&self.on_exhausted)];
        for option in useless.into_iter().flatten() {
            problems.at(option, format!("a daemon with `{never}` has no `{option}`; remove one of the two"));
        }
    }

    fn check_links(&self, problems: &mut Problems) {
        let (Some(depends_on), Some(wants)) = (&self.depends_on, &self.wants) else {
            return;
        };
        for path in wants.value.iter().filter(|path| depends_on.value.contains(path)) {
            let text = type_name(path);
            problems.at(path, format!("`{text}` is in `depends_on` already; remove it from `wants`"));
        }
    }
}

/// The key of an option that was given.
fn key<T>(option: &impl HasKey<T>) -> Option<&Ident> {
    option.key()
}

/// An option, or a reference to one.
trait HasKey<T> {
    fn key(&self) -> Option<&Ident>;
}

impl<T> HasKey<T> for Option<Given<T>> {
    fn key(&self) -> Option<&Ident> {
        self.as_ref().map(|given| &given.key)
    }
}

impl<T> HasKey<T> for Option<&Given<T>> {
    fn key(&self) -> Option<&Ident> {
        self.map(|given| &given.key)
    }
}
