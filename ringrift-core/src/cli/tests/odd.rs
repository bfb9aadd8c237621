//! Daemons with which something is wrong.

use std::any::TypeId;

use crate::{
    Category, Daemon, DaemonResult, DaemonType, Event, EventMeta,
    declaration::{
        daemon::{BuildContext, Construct, Context, HandlerTable, Registered},
        graph::fixture::{event, on, spec},
        registry::Entry,
        spec::{DaemonSpec, InjectSpec, Place, SpecRef, check::Level},
    },
};

event!(GameAvailable, "GAME_AVAILABLE", GAME_AVAILABLE);
event!(Unheard, "UNHEARD", UNHEARD);
event!(GamePaid, "GAME_PAID", GAME_PAID, durable);

static MISSPELT: DaemonSpec = DaemonSpec {
    handlers: &[on("on_game", GameAvailable::meta)],
    ..spec("watcher", Category::Misc, 50).emits(&[Unheard::meta])
};

/// Handles an event that is almost one of the fixture's, and emits one that nobody handles.
pub(super) fn misspelt() -> Entry {
    Entry::of(&MISSPELT)
}

static CASHIER: DaemonSpec = spec("cashier", Category::Misc, 55).emits(&[GamePaid::meta]);

/// Emits an event that is kept on disk.
pub(super) fn cashier() -> Entry {
    Entry::of(&CASHIER)
}

static NEEDY: DaemonSpec = spec("needy", Category::Misc, 60).injects(&[InjectSpec {
    field: "games",
    type_name: "GameDb",
    type_id: TypeId::of::<u128>,
}]);

/// Needs a value that nobody provides.
pub(super) fn needy() -> Entry {
    Entry::of(&NEEDY)
}

struct Escalating;

const PLACE: Place = Place { file: "src/daemons.rs", line: 70, module: "app::daemons" };
static ESCALATING: DaemonSpec =
    DaemonSpec::new::<Escalating>(DaemonType::__new("escalating"), Category::Misc, PLACE).critical();

impl Registered for Escalating {
    const SPEC: SpecRef = SpecRef::new(&ESCALATING);
    type Node<X> = Self;
}

impl<X> Level<X> for Escalating {
    const LEVEL: u32 = 1;
}

impl Construct for Escalating {
    const HANDLERS: HandlerTable<Self> = HandlerTable { subs: &[], batch: None };

    async fn construct(_build: BuildContext<Self>) -> DaemonResult<Self> {
        Ok(Self)
    }
}

impl Daemon for Escalating {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        Err("no host answers".into())
    }
}

/// Critical, and never starts.
pub(super) fn escalating() -> Entry {
    Entry::of(&ESCALATING)
}
