//! From declarations to records: the world before anything runs in it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    disabled::DisabledFile,
    overrides::AllSettings,
    selection::{SelectionError, Wanted, add_dependencies, select},
};
use crate::{
    config::Config,
    declaration::{
        live::{
            provided::Provided,
            record::{Declared, Intent, Record, Settings},
            world::{Parts, World},
        },
        registry::{Entry, Registry},
        spec::{DaemonSpec, SubSpec},
    },
    delivery::{
        clock::{Clock, TimeOfDay},
        mailbox::Mailbox,
        router::Router,
        slot::Slot,
    },
    supervisor::transition::gate_of,
    words::state::State,
};

/// What a world is assembled from.
pub(super) struct Assembly<'a> {
    pub(super) registry: &'a Registry,
    pub(super) config: Config,
    pub(super) chosen: Chosen,
    pub(super) provided: Provided,
    pub(super) time_of_day: TimeOfDay,
    pub(super) disabled: &'a DisabledFile,
}

/// Which daemons a runtime has, and how.
pub(super) struct Chosen {
    pub(super) settings: AllSettings,
    /// Told to run, and all that they depend on.
    pub(super) selected: BTreeSet<usize>,
}

impl Chosen {
    pub(super) fn new(registry: &Registry, settings: AllSettings, wanted: &Wanted) -> Result<Self, SelectionError> {
        let mut selected = select(registry, wanted)?;
        let switched_on = |entry: &Entry| settings.get(&entry.ty).is_some_and(|(_, enabled)| *enabled == Some(true));
        selected.extend((0..registry.daemons.len()).filter(|index| switched_on(&registry.daemons[*index])));
        add_dependencies(registry, &mut selected);
        Ok(Self { settings, selected })
    }

    /// Those of the selected that nobody disabled.
    pub(super) fn to_run(&self, registry: &Registry, disabled: &DisabledFile) -> BTreeSet<usize> {
        let is_on = |index: &usize| self.disabled_because(&registry.daemons[*index], disabled).is_none();
        self.selected.iter().copied().filter(is_on).collect()
    }

    fn disabled_because(&self, entry: &Entry, disabled: &DisabledFile) -> Option<String> {
        if self.settings.get(&entry.ty).is_some_and(|(settings, _)| !settings.options.enabled) {
            return Some(format!("`daemons.{}.options.enabled` is false", entry.spec.ty));
        }
        disabled.contains(entry.ty.as_str()).then(|| "an operator disabled it".to_owned())
    }
}

pub(super) fn world(assembly: Assembly<'_>) -> World {
    let clock = Arc::new(Clock::new(assembly.time_of_day));
    let records = records(assembly.registry, &assembly.chosen, assembly.disabled);
    let mailboxes = records.iter().map(|record| record.mailbox.clone()).collect();
    let router = Router::new(mailboxes, &assembly.registry.events, Arc::clone(&clock), fastrand::u64(..));
    World::new(Parts { records, router, clock, config: Arc::new(assembly.config), provided: assembly.provided })
}

fn records(registry: &Registry, chosen: &Chosen, disabled: &DisabledFile) -> Box<[Arc<Record>]> {
    let places = registry.places();
    let find = |links: &[crate::declaration::spec::SpecRef]| -> Box<[u32]> {
        links.iter().filter_map(|link| places.get(&link.get().address()).copied()).collect()
    };
    let mut dependents: Vec<Vec<u32>> = vec![Vec::new(); registry.daemons.len()];
    for (index, entry) in registry.daemons.iter().enumerate() {
        for dependency in find(entry.spec.depends_on).iter().chain(&find(entry.spec.wants)) {
            dependents[*dependency as usize].push(index as u32);
        }
    }
    let make = |(index, entry): (usize, &Entry)| {
        let settings = Arc::clone(&chosen.settings[&entry.ty].0);
        let (intent, state) = first_intent(index, entry, chosen, disabled);
        let mailbox = mailbox(entry.spec, &settings).map(Arc::new);
        if let Some(mailbox) = &mailbox {
            mailbox.set_gate(gate_of(&state, &intent));
        }
        Arc::new(Record::new(Declared {
            index: index as u32,
            ty: entry.ty,
            spec: entry.spec,
            factory: entry.factory.clone(),
            settings,
            mailbox,
            depends_on: find(entry.spec.depends_on),
            wants: find(entry.spec.wants),
            dependents: std::mem::take(&mut dependents[index]).into(),
            intent,
            state,
        }))
    };
    registry.daemons.iter().enumerate().map(make).collect()
}

fn first_intent(index: usize, entry: &Entry, chosen: &Chosen, disabled: &DisabledFile) -> (Intent, State) {
    let off = |cause: &str| Intent::Off { cause: cause.to_owned() };
    if let Some(cause) = chosen.disabled_because(entry, disabled) {
        if disabled.contains(entry.ty.as_str()) {
            tracing::warn!(daemon = entry.ty.as_str(), "disabled by an operator");
        }
        return (off(&cause), State::Disabled { cause });
    }
    if !chosen.selected.contains(&index) {
        let cause = "not selected".to_owned();
        return (off(&cause), State::Stopped { cause });
    }
    (Intent::Run, State::Waiting { on: Vec::new(), cause: "not looked at yet".to_owned() })
}

fn mailbox(spec: &DaemonSpec, settings: &Settings) -> Option<Mailbox> {
    let options = &settings.options;
    let slot = |sub: &SubSpec| {
        let timeout = sub.timeout.unwrap_or(options.handler_timeout);
        Slot::new(sub.handler, (sub.event)(), timeout, sub.dedup)
    };
    let slots: Box<[Slot]> = spec.handlers.iter().map(slot).collect();
    (!slots.is_empty()).then(|| Mailbox::new(slots, options.mailbox, options.overflow, options.concurrency))
}
