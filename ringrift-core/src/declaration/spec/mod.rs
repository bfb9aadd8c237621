//! The declaration of a daemon: a `static` that `#[daemon]` writes.

pub(crate) mod broken;
pub(crate) mod check;
mod spec_ref;

use std::{any::TypeId, fmt, time::Duration};

pub use self::spec_ref::{NoSpec, SpecOf, SpecRef};
use super::{
    daemon::{BuildFn, Construct, Daemon, Sharing},
    live::incarnation::Build,
};
use crate::{
    config::{Config, problem::Problem},
    words::{
        category::Category,
        daemon_type::DaemonType,
        event::EventMeta,
        options::{Kind, OnUnhealthy, Options, Overflow},
        restart::{Backoff, OnExhausted, Restart},
        schedule::ScheduleSpec,
    },
};

/// Where something is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// As `file!()`.
    pub file: &'static str,
    /// As `line!()`.
    pub line: u32,
    /// As `module_path!()`.
    pub module: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One `#[on_event]`.
#[derive(Debug, Clone, Copy)]
pub struct SubSpec {
    /// The name of the method.
    pub handler: &'static str,
    /// The type of event.
    pub event: fn() -> &'static EventMeta,
    /// `dedup`, with its window.
    pub dedup: Option<Duration>,
    /// `timeout = ".."`, in place of the daemon's `handler_timeout`.
    pub timeout: Option<Duration>,
    /// `from = "oldest"`: a handler that is new is owed every event that is kept.
    pub from_oldest: bool,
    /// `breaker = n`: more dead letters a minute pause the handler; `None` for `"off"`.
    pub breaker: Option<u32>,
}

impl SubSpec {
    /// Sets `dedup`.
    #[must_use]
    pub const fn dedup(mut self, window: Duration) -> Self {
        self.dedup = Some(window);
        self
    }

    /// Sets `from = "oldest"`.
    #[must_use]
    pub const fn from_oldest(mut self) -> Self {
        self.from_oldest = true;
        self
    }

    /// Sets `timeout`.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets `breaker`.
    #[must_use]
    pub const fn breaker(mut self, limit: Option<u32>) -> Self {
        self.breaker = limit;
        self
    }
}

/// One `#[inject]` field whose value the program provides.
#[derive(Debug, Clone, Copy)]
pub struct InjectSpec {
    /// The name of the field.
    pub field: &'static str,
    /// Its type, for the message.
    pub type_name: &'static str,
    /// Its type.
    pub type_id: fn() -> TypeId,
}

/// Checks the section of a daemon without building it.
pub(crate) type ConfigCheck = fn(&Config, &str) -> Vec<Problem>;

/// Everything that is declared of a daemon. Private fields; the setters are the macro's options.
pub struct DaemonSpec {
    pub(crate) ty: DaemonType,
    /// A hash of the name, for the compile-time walk.
    pub(crate) id: u64,
    pub(crate) place: Place,
    pub(crate) description: &'static str,
    pub(crate) category: Category,
    pub(crate) depends_on: &'static [SpecRef],
    pub(crate) wants: &'static [SpecRef],
    pub(crate) emits: &'static [fn() -> &'static EventMeta],
    pub(crate) handlers: &'static [SubSpec],
    pub(crate) injects: &'static [InjectSpec],
    pub(crate) config: Option<ConfigCheck>,
    pub(crate) profiles: Option<&'static [&'static str]>,
    pub(crate) default_off: bool,
    pub(crate) deprecated: Option<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) has_runner: bool,
    pub(crate) has_cycle: fn() -> bool,
    pub(crate) schedule: ScheduleSpec,
    pub(crate) options: Options,
    /// What the declaration says; `None` for what `critical`, here or of the operator, makes of it.
    pub(crate) on_exhausted: Option<OnExhausted>,
    pub(crate) build: Build,
}

impl DaemonSpec {
    /// A spec with every option at its default.
    pub const fn new<D: Daemon + Send + Sync + 'static>(ty: DaemonType, category: Category, place: Place) -> Self {
        Self::of::<D>(ty, category, place, Sharing::<D>::BUILD)
    }

    /// The same for a daemon of which it is not known whether it can be shared between threads.
    pub const fn of<D: Daemon>(ty: DaemonType, category: Category, place: Place, build: BuildFn) -> Self {
        let mut spec = Self::bare(ty, category, place, build);
        spec.handlers = <D as Construct>::HANDLERS.subs;
        spec
    }

    const fn bare(ty: DaemonType, category: Category, place: Place, BuildFn { build, has_cycle }: BuildFn) -> Self {
        Self {
            ty,
            id: check::name_id(ty.as_str()),
            place,
            description: "",
            category,
            depends_on: &[],
            wants: &[],
            emits: &[],
            handlers: &[],
            injects: &[],
            config: None,
            profiles: None,
            default_off: false,
            deprecated: None,
            kind: Kind::Service,
            has_runner: false,
            has_cycle,
            schedule: ScheduleSpec::OnRequest,
            options: Options::DEFAULT,
            on_exhausted: None,
            build,
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) => $($field:ident).+ = $value:expr;)*) => {
        /// The options of `#[daemon]`.
        impl DaemonSpec {
            $($(#[$doc])* #[must_use] pub const fn $name(mut self, $($argument: $type),*) -> Self {
                self.$($field).+ = $value;
                self
            })*
        }
    };
}

setters! {
    /// The first line of the struct's documentation.
    description(text: &'static str) => description = text;
    /// `depends_on = [..]`
    depends_on(daemons: &'static [SpecRef]) => depends_on = daemons;
    /// `wants = [..]`
    wants(daemons: &'static [SpecRef]) => wants = daemons;
    /// `emits = [..]`
    emits(events: &'static [fn() -> &'static EventMeta]) => emits = events;
    /// The `#[inject]` fields that are not handles.
    injects(fields: &'static [InjectSpec]) => injects = fields;
    /// `config = Type`
    config(check: ConfigCheck) => config = Some(check);
    /// `runner = path`
    runner() => has_runner = true;
    /// `profiles = [..]`
    profiles(names: &'static [&'static str]) => profiles = Some(names);
    /// `default_off`
    default_off() => default_off = true;
    /// `deprecated = ".."`
    deprecated(advice: &'static str) => deprecated = Some(advice);
    /// `kind = ".."`
    kind(kind: Kind) => kind = kind;
    /// `cycle = ".."`
    cycle(cycle: Duration) => schedule = ScheduleSpec::Every(cycle);
    /// `schedule = ".."`, `tz = ".."`
    cron(line: &'static str, zone: &'static str) => schedule = ScheduleSpec::Cron { line, zone };
    /// `jitter = ".."`
    jitter(jitter: Duration) => options.jitter = jitter;
    /// `cycle_timeout = ".."`
    cycle_timeout(limit: Duration) => options.cycle_timeout = Some(limit);
    /// `handler_timeout = ".."`
    handler_timeout(limit: Duration) => options.handler_timeout = limit;
    /// `start_timeout = ".."`
    start_timeout(limit: Duration) => options.start_timeout = limit;
    /// `stop_timeout = ".."`
    stop_timeout(limit: Duration) => options.stop_timeout = limit;
    /// `stall_after = ".."`
    stall_after(limit: Duration) => options.stall_after = limit;
    /// `startup_grace = ".."`
    startup_grace(grace: Duration) => options.startup_grace = grace;
    /// `restart = ".."`, `auto_restart = false`
    restart(restart: Restart) => options.restart.restart = restart;
    /// `max_restarts = n`
    max_restarts(n: u32) => options.restart.max_restarts = n;
    /// `backoff = ("1s", "60s")`
    backoff(first: Duration, cap: Duration) => options.restart.backoff = Backoff { first, cap };
    /// `restart_reset = ".."`
    restart_reset(after: Duration) => options.restart.reset = after;
    /// `on_unhealthy = ".."`
    on_unhealthy(action: OnUnhealthy) => options.on_unhealthy = action;
    /// `health_check_interval = ".."`
    health_check_interval(interval: Duration) => options.health_check_interval = interval;
    /// `mailbox = n`
    mailbox(capacity: u32) => options.mailbox = capacity;
    /// `overflow = ".."`
    overflow(overflow: Overflow) => options.overflow = overflow;
    /// `concurrency = n`
    concurrency(n: u32) => options.concurrency = n;
}

impl DaemonSpec {
    /// `critical`
    #[must_use]
    pub const fn critical(mut self) -> Self {
        self.options.critical = true;
        self.options.restart.on_exhausted = OnExhausted::effective(self.on_exhausted, true);
        self
    }

    /// `on_exhausted = ".."`
    #[must_use]
    pub const fn on_exhausted(mut self, action: OnExhausted) -> Self {
        self.on_exhausted = Some(action);
        self.options.restart.on_exhausted = action;
        self
    }

    /// Which daemon it is.
    pub const fn daemon_type(&self) -> DaemonType {
        self.ty
    }

    /// Which static it is: a key, never followed.
    pub(crate) fn address(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Where it is declared.
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Whether the profile includes it: daemons without `profiles` are in every one.
    pub fn is_in_profile(&self, profile: &str) -> bool {
        self.profiles.is_none_or(|profiles| profiles.contains(&profile))
    }
}

impl fmt::Debug for DaemonSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DaemonSpec").field("type", &self.ty).field("place", &self.place).finish_non_exhaustive()
    }
}
