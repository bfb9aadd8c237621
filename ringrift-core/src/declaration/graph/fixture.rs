//! A small registry made by hand, for the tests of every view.

use super::super::{
    daemon::{BuildContext, Construct, Context, Daemon, DaemonResult, HandlerTable, Registered},
    registry::{Entry, Registry},
    spec::{DaemonSpec, Place, SpecRef, SubSpec, check::Level},
};
use crate::words::{
    category::Category,
    daemon_type::DaemonType,
    event::{Event, EventMeta},
    options::Kind,
};
use std::time::Duration;

/// All hand-made daemons are built alike; what differs is in their specs.
pub(crate) struct Still;

impl Registered for Still {
    const SPEC: SpecRef = SpecRef::new(&ROUTER);
    type Node<X> = Self;
}

impl<X> Level<X> for Still {
    const LEVEL: u32 = 1;
}

impl Construct for Still {
    const HANDLERS: HandlerTable<Self> = HandlerTable { subs: &[], batch: None };

    async fn construct(_build: BuildContext<Self>) -> DaemonResult<Self> {
        Ok(Self)
    }
}

impl Daemon for Still {
    async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

macro_rules! event {
    ($type:ident, $name:literal, $meta:ident $(, $option:ident)*) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct $type {}
        static $meta: EventMeta =
            EventMeta::new::<$type>("src/events.rs", line!()).description("Says so.")$(.$option())*;
        impl Event for $type {
            const NAME: &'static str = $name;
            fn meta() -> &'static EventMeta {
                &$meta
            }
        }
    };
}

#[cfg(feature = "cli")]
pub(crate) use event;

event!(GamesAvailable, "GAMES_AVAILABLE", GAMES_AVAILABLE);
event!(QualityLow, "QUALITY_LOW", QUALITY_LOW);
event!(HostOffline, "HOST_OFFLINE", HOST_OFFLINE, external);

const fn place(line: u32) -> Place {
    Place { file: "src/daemons.rs", line, module: "app::daemons" }
}

pub(crate) const fn on(handler: &'static str, event: fn() -> &'static EventMeta) -> SubSpec {
    SubSpec { handler, event, dedup: None, timeout: None, from_oldest: false, breaker: Some(100) }
}

pub(crate) const fn spec(name: &'static str, category: Category, line: u32) -> DaemonSpec {
    DaemonSpec::new::<Still>(DaemonType::__new(name), category, place(line))
}

static ROUTER: DaemonSpec = spec("event_router", Category::Event, 1).description("Carries events.");

static SYNC: DaemonSpec = DaemonSpec {
    handlers: &[on("on_host_offline", HostOffline::meta)],
    ..spec("auto_sync", Category::Sync, 10)
        .description("Copies \"new\" games from every host.")
        .depends_on(&[SpecRef::new(&ROUTER)])
        .emits(&[GamesAvailable::meta])
        .cycle(Duration::from_mins(1))
        .critical()
};

static EXPORT: DaemonSpec = DaemonSpec {
    handlers: &[on("on_games", GamesAvailable::meta), on("on_quality", QualityLow::meta)],
    ..spec("auto_export", Category::Pipeline, 20)
        .description("Exports training data.")
        .depends_on(&[SpecRef::new(&ROUTER), SpecRef::new(&SYNC)])
        .wants(&[SpecRef::new(&QUALITY)])
};

static QUALITY: DaemonSpec = DaemonSpec {
    handlers: &[on("on_games", GamesAvailable::meta)],
    ..spec("quality_monitor", Category::Health, 30)
        .description("Scores fresh games.")
        .depends_on(&[SpecRef::new(&ROUTER)])
        .emits(&[QualityLow::meta])
        .cron("0 3 * * *", "UTC")
        .profiles(&["coordinator", "local"])
};

static CLEANUP: DaemonSpec = spec("cleanup", Category::Misc, 40)
    .description("Removes old files.")
    .kind(Kind::Task)
    .deprecated("use disk_space")
    .default_off();

/// `event_router`, `auto_sync`, `auto_export`, `quality_monitor` and `cleanup`, wired soundly.
pub(crate) fn registry() -> Registry {
    Registry::empty().with_entries([&ROUTER, &SYNC, &EXPORT, &QUALITY, &CLEANUP].map(Entry::of))
}
