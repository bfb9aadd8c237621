//! From declarations to records: the world before anything runs in it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    builder::StartError,
    disabled::DisabledFile,
    overrides::AllSettings,
    selection::{Wanted, add_dependencies, select},
};
use crate::{
    config::Config,
    declaration::{
        live::{
            links::Links,
            provided::Provided,
            record::{Declared, Intent, Record},
            settings::Settings,
            world::{Parts, World},
        },
        registry::{Entry, Registry},
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

/// What a world is assembled from.
pub(super) struct Assembly<'a> {
    pub(super) registry: &'a Registry,
    pub(super) settings: AllSettings,
    pub(super) config: Config,
    pub(super) wanted: &'a Wanted,
    pub(super) provided: Provided,
    pub(super) time_of_day: TimeOfDay,
    pub(super) disabled: &'a DisabledFile,
}

pub(super) fn world(assembly: Assembly<'_>) -> Result<World, StartError> {
    let registry = assembly.registry;
    let mut selected = select(registry, assembly.wanted)?;
    let switched_on = assembly.settings.iter().enumerate().filter(|(_, (_, enabled))| *enabled == Some(true));
    selected.extend(switched_on.map(|(index, _)| index));
    add_dependencies(registry, &mut selected);
    check_provided(registry, &selected, &assembly.provided)?;
    let clock = Arc::new(Clock::new(assembly.time_of_day));
    let records = records(registry, assembly.settings, &selected, assembly.disabled);
    let mailboxes = records.iter().map(|record| record.mailbox.clone()).collect();
    let router = Router::new(mailboxes, &registry.events, Arc::clone(&clock), fastrand::u64(..));
    let (links, config) = (links(registry), Arc::new(assembly.config));
    Ok(World::new(Parts { records, links, router, clock, config, provided: assembly.provided }))
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

fn links(registry: &Registry) -> Links {
    let places = registry.places();
    let find = |specs: &[SpecRef]| -> Vec<u32> {
        specs.iter().filter_map(|spec| places.get(&spec.get().address()).copied()).collect()
    };
    let declared: Vec<_> = registry.specs().map(|spec| (find(spec.depends_on), find(spec.wants))).collect();
    Links::new(&declared)
}

fn records(
    registry: &Registry,
    settings: AllSettings,
    selected: &BTreeSet<usize>,
    disabled: &DisabledFile,
) -> Box<[Arc<Record>]> {
    let make = |(index, (entry, (settings, _))): (usize, (&Entry, (Settings, _)))| {
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
            intent,
            state,
        }))
    };
    registry.daemons.iter().zip(settings).enumerate().map(make).collect()
}

fn first_intent(entry: &Entry, settings: &Settings, is_selected: bool, disabled: &DisabledFile) -> (Intent, State) {
    let disabled_by = |cause: Cause| (Intent::Off { cause: cause.clone() }, State::Disabled { cause });
    if !settings.options.enabled {
        return disabled_by(format!("`daemons.{}.options.enabled` is false", entry.spec.ty).into());
    }
    if disabled.contains(entry.ty.as_str()) {
        tracing::warn!(daemon = entry.ty.as_str(), "disabled by an operator");
        return disabled_by("an operator disabled it".into());
    }
    if !is_selected {
        let cause = Cause::from("not selected");
        return (Intent::Off { cause: cause.clone() }, State::Stopped { cause });
    }
    (Intent::Run, State::Waiting { on: Vec::new(), cause: "not looked at yet".into() })
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
