//! From declarations to records: the world before anything runs in it.

use std::{collections::BTreeSet, sync::Arc};

#[cfg(feature = "store")]
use super::storage::Storage;
use super::{
    overrides::AllSettings,
    selection::{Selected, SelectionError, Wanted, add_dependencies, select},
    start_error::StartError,
};
use crate::{
    config::Config,
    declaration::{
        live::{
            intent::Intent,
            links::Links,
            provided::Provided,
            record::{Declared, Record},
            settings::Settings,
            world::{Parts, World},
        },
        registry::{Entry, Places, Registry},
        spec::{DaemonSpec, SpecRef, SubSpec},
    },
    delivery::{
        clock::{Clock, TimeOfDay},
        mailbox::Mailbox,
        router::Router,
        slot::Slot,
    },
    supervisor::transition::gate_of,
    words::state::{Cause, State},
};

/// The names of the daemons that an operator disabled.
pub(super) type Disabled = BTreeSet<String>;

/// What a world is assembled from.
pub(super) struct Assembly<'a> {
    pub(super) registry: &'a Registry,
    pub(super) config: Config,
    pub(super) chosen: Chosen,
    pub(super) provided: Provided,
    pub(super) time_of_day: TimeOfDay,
    pub(super) disabled: &'a Disabled,
    #[cfg(feature = "store")]
    pub(super) storage: Option<Storage>,
}

/// Which daemons a runtime has, and how.
pub(super) struct Chosen {
    pub(super) settings: AllSettings,
    /// Told to run, and all that they depend on.
    pub(super) selected: Selected,
    places: Places,
}

impl Chosen {
    pub(super) fn new(registry: &Registry, settings: AllSettings, wanted: &Wanted) -> Result<Self, SelectionError> {
        let places = registry.places();
        let mut selected = select(registry, wanted)?;
        let switched_on = settings.iter().enumerate().filter(|(_, (_, enabled))| *enabled == Some(true));
        switched_on.for_each(|(index, _)| _ = selected.insert(index));
        add_dependencies(registry, &places, &mut selected);
        Ok(Self { settings, selected, places })
    }

    /// Those of the selected that nobody disabled.
    pub(super) fn to_run(&self, registry: &Registry, disabled: &Disabled) -> Selected {
        let is_off = |index: usize| {
            let settings = self.settings.get(index).map(|(settings, _)| settings);
            settings.is_some_and(|settings| disabled_because(&registry.daemons[index], settings, disabled).is_some())
        };
        let mut to_run = self.selected.clone();
        to_run.retain(|index| !is_off(index));
        to_run
    }

    /// Each that is to run with what it needs and is off, for which it waits.
    pub(super) fn held_up<'a>(
        &'a self,
        registry: &'a Registry,
        to_run: &'a Selected,
    ) -> impl Iterator<Item = (&'static DaemonSpec, &'static DaemonSpec)> + 'a {
        let running = registry.daemons.iter().enumerate().filter(|(index, _)| to_run.contains(*index));
        let needs = running.flat_map(|(_, entry)| entry.spec.depends_on.iter().map(|need| (entry.spec, need.get())));
        needs.filter(|(_, need)| self.places.of(need).is_some_and(|place| !to_run.contains(place as usize)))
    }
}

fn disabled_because(entry: &Entry, settings: &Settings, disabled: &Disabled) -> Option<Cause> {
    if !settings.options(entry.spec).enabled {
        return Some(format!("`daemons.{}.options.enabled` is false", entry.spec.ty).into());
    }
    disabled.contains(entry.ty.as_str()).then(|| "an operator disabled it".into())
}

pub(super) fn world(assembly: Assembly<'_>) -> Result<World, StartError> {
    let registry = assembly.registry;
    let clock = Arc::new(Clock::new(assembly.time_of_day));
    let Chosen { settings, selected, places } = assembly.chosen;
    tell_of_strangers(registry, assembly.disabled);
    let records = records(registry, settings, &selected, assembly.disabled);
    let mailboxes = records.iter().map(|record| record.mailbox.clone()).collect();
    #[cfg_attr(not(feature = "store"), expect(unused_mut, reason = "it has no journal"))]
    let mut router = Router::new(mailboxes, &registry.events, Arc::clone(&clock), fastrand::u64(..));
    #[cfg(feature = "store")]
    if let Some(storage) = assembly.storage {
        storage.attach(&mut router, &clock)?;
    }
    let (links, config) = (links(registry, &places), Arc::new(assembly.config));
    Ok(World::new(Parts { records, links, places, router, clock, config, provided: assembly.provided }))
}

/// A daemon that was given another name is not disabled under that. No warning: one that was removed is told of at
/// every start, and there is nothing to do about it.
fn tell_of_strangers(registry: &Registry, disabled: &Disabled) {
    let is_here = |name: &str| registry.daemons.iter().any(|entry| entry.ty.as_str() == name);
    for name in disabled.iter().filter(|name| !is_here(name)) {
        tracing::info!(
            daemon = name,
            "disabled by an operator, and not in this program; under another name it is not disabled"
        );
    }
}

fn links(registry: &Registry, places: &Places) -> Links {
    let find = |specs: &'static [SpecRef]| specs.iter().filter_map(|spec| places.of(spec.get()));
    Links::new(registry.daemons.iter().map(|entry| [entry.spec.depends_on, entry.spec.wants].map(find)))
}

fn records(registry: &Registry, settings: AllSettings, selected: &Selected, disabled: &Disabled) -> Box<[Arc<Record>]> {
    let make = |(index, (entry, (settings, _))): (usize, (&Entry, (Settings, _)))| {
        let (intent, state) = first_intent(entry, &settings, selected.contains(index), disabled);
        let mailbox = mailbox(entry.spec, &settings).map(Arc::new);
        if let Some(mailbox) = &mailbox {
            mailbox.set_gate(gate_of(state.name(), &intent));
        }
        Arc::new(Record::new(Declared {
            index: index as u32,
            ty: entry.ty,
            spec: entry.spec,
            factory: entry.factory.clone(),
            settings,
            mailbox,
            intent,
            state,
        }))
    };
    registry.daemons.iter().zip(settings).enumerate().map(make).collect()
}

fn first_intent(entry: &Entry, settings: &Settings, is_selected: bool, disabled: &Disabled) -> (Intent, State) {
    if let Some(cause) = disabled_because(entry, settings, disabled) {
        if disabled.contains(entry.ty.as_str()) {
            tracing::warn!(daemon = entry.ty.as_str(), "disabled by an operator");
        }
        return (Intent::Off { cause: cause.clone() }, State::Disabled { cause });
    }
    if !is_selected {
        let cause = Cause::from("not selected");
        return (Intent::Off { cause: cause.clone() }, State::Stopped { cause });
    }
    (Intent::Run, State::Waiting { on: Vec::new(), cause: "not looked at yet".into() })
}

fn mailbox(spec: &DaemonSpec, settings: &Settings) -> Option<Mailbox> {
    let options = settings.options(spec);
    let slot = |sub: &SubSpec| {
        let timeout = sub.timeout.unwrap_or(options.handler_timeout);
        Slot::new(sub.handler, (sub.event)(), timeout, sub.dedup, sub.breaker)
    };
    let slots: Box<[Slot]> = spec.handlers.iter().map(slot).collect();
    (!slots.is_empty()).then(|| Mailbox::new(slots, options.mailbox, options.overflow, options.concurrency))
}
