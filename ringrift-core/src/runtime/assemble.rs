//! From declarations to records: the world before anything runs in it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    builder::StartError,
    disabled::DisabledFile,
    overrides::{AllSettings, all_settings},
    selection::{Wanted, add_dependencies, select},
};
use crate::{
    config::{Config, problem::ConfigError},
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
    pub(super) wanted: &'a Wanted,
    pub(super) provided: Provided,
    pub(super) time_of_day: TimeOfDay,
    pub(super) disabled: &'a DisabledFile,
}

pub(super) fn world(assembly: Assembly<'_>) -> Result<World, StartError> {
    let registry = assembly.registry;
    let settings = all_settings(registry, &assembly.config).map_err(ConfigError::from)?;
    let mut selected = select(registry, assembly.wanted)?;
    let switched_on = |entry: &Entry| settings.get(&entry.ty).is_some_and(|(_, enabled)| *enabled == Some(true));
    selected.extend((0..registry.daemons.len()).filter(|index| switched_on(&registry.daemons[*index])));
    add_dependencies(registry, &mut selected);
    check_provided(registry, &selected, &assembly.provided)?;
    let clock = Arc::new(Clock::new(assembly.time_of_day));
    let records = records(registry, &settings, &selected, assembly.disabled);
    let mailboxes = records.iter().map(|record| record.mailbox.clone()).collect();
    let router = Router::new(mailboxes, &registry.events, Arc::clone(&clock), fastrand::u64(..));
    Ok(World::new(Parts { records, router, clock, config: Arc::new(assembly.config), provided: assembly.provided }))
}

/// Every missing value at once, before anything starts.
fn check_provided(registry: &Registry, selected: &BTreeSet<usize>, provided: &Provided) -> Result<(), StartError> {
    let mut missing = Vec::new();
    for entry in selected.iter().map(|index| &registry.daemons[*index]).filter(|entry| entry.factory.is_none()) {
        for field in entry.spec.injects.iter().filter(|field| !provided.contains((field.type_id)())) {
            missing.push(format!("  `{}` for field `{}` of daemon `{}`", field.type_name, field.field, entry.ty));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(StartError::NotProvided(missing)) }
}

fn records(
    registry: &Registry,
    settings: &AllSettings,
    selected: &BTreeSet<usize>,
    disabled: &DisabledFile,
) -> Box<[Arc<Record>]> {
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
        let settings = Arc::clone(&settings[&entry.ty].0);
        let (intent, state) = first_intent(entry, &settings, selected.contains(&index), disabled);
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

fn first_intent(entry: &Entry, settings: &Settings, is_selected: bool, disabled: &DisabledFile) -> (Intent, State) {
    let off = |cause: &str| Intent::Off { cause: cause.to_owned() };
    if !settings.options.enabled {
        let cause = format!("`daemons.{}.options.enabled` is false", entry.spec.ty);
        return (off(&cause), State::Disabled { cause });
    }
    if disabled.contains(entry.ty.as_str()) {
        tracing::warn!(daemon = entry.ty.as_str(), "disabled by an operator");
        let cause = "an operator disabled it".to_owned();
        return (off(&cause), State::Disabled { cause });
    }
    if !is_selected {
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
