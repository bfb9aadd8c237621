//! Events that join a daemon to no other: what comes from elsewhere, and what nobody handles.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::{registry::Registry, wiring::RUNTIME_EVENTS};

/// Where an event comes from, or goes to, that is no daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    /// It is `external`: it comes from outside the program.
    Outside,
    /// The runtime itself emits it.
    Runtime,
    /// No daemon handles it.
    Nobody,
}

/// One event of one daemon that is joined to no other by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LooseEnd {
    /// The daemon that handles the event, or emits it.
    pub daemon: String,
    /// The name of the event.
    pub event: String,
    /// Where it comes from, or goes to.
    pub elsewhere: Elsewhere,
}

impl Elsewhere {
    /// As in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outside => "outside",
            Self::Runtime => "runtime",
            Self::Nobody => "nobody",
        }
    }

    /// Whether the daemon gets the event from there.
    pub const fn is_source(self) -> bool {
        matches!(self, Self::Outside | Self::Runtime)
    }
}

pub(super) fn of(registry: &Registry) -> Vec<LooseEnd> {
    let handled = registry.daemons.iter().flat_map(|entry| entry.spec.handlers).map(|sub| (sub.event)().name);
    let handled: BTreeSet<&str> = handled.collect();
    let mut ends = Vec::new();
    for entry in &registry.daemons {
        let end =
            |event: &str, elsewhere| LooseEnd { daemon: entry.ty.to_string(), event: event.to_owned(), elsewhere };
        for meta in entry.spec.handlers.iter().map(|sub| (sub.event)()) {
            if meta.external {
                ends.push(end(meta.name, Elsewhere::Outside));
            } else if RUNTIME_EVENTS.contains(&meta.name) {
                ends.push(end(meta.name, Elsewhere::Runtime));
            }
        }
        // What the runtime's own daemons tell is there to be heard, and in every program.
        let is_unheard = |name: &&str| !handled.contains(name) && !RUNTIME_EVENTS.contains(name);
        let unhandled = entry.spec.emits.iter().map(|meta| meta().name).filter(is_unheard);
        ends.extend(unhandled.map(|name| end(name, Elsewhere::Nobody)));
    }
    ends.sort();
    ends.dedup();
    ends
}
