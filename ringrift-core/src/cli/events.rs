//! `events`: the types of events, who emits and who handles them.

use serde::Serialize;

use super::{
    answer::Answer,
    args::EventsArgs,
    human::plural,
    table::{Cell, Table},
    terminal::Terminal,
};
use crate::{Registry, wiring::RUNTIME_EVENTS, words::event::EventMeta};

#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    description: &'static str,
    aliases: &'static [&'static str],
    /// Comes from outside the program.
    external: bool,
    /// Is emitted by the runtime itself.
    runtime: bool,
    emitters: Vec<&'static str>,
    /// As `daemon::handler`.
    handlers: Vec<String>,
    place: String,
}

pub(super) fn events(registry: &Registry, args: &EventsArgs, terminal: Terminal) -> Answer {
    let events = registry.events().iter();
    let events: Vec<Listed> = events.map(|meta| Listed::of(meta, registry)).collect();
    if args.json {
        return Answer::json(&events);
    }
    if events.is_empty() {
        return Answer::default().note("this program has no events");
    }
    let mut table = Table::new(["EVENT", "EMITTED BY", "HANDLED BY"]);
    for event in &events {
        table.row([Cell::new(event.name), Cell::new(lines(event.sources())), Cell::new(lines(event.handlers.clone()))]);
    }
    Answer::results(table.broken(terminal)).note(plural(events.len(), "event"))
}

impl Listed {
    fn of(meta: &'static EventMeta, registry: &Registry) -> Self {
        let is_it = |other: &EventMeta| other.name == meta.name;
        let emitters = registry.daemons.iter().filter(|entry| entry.spec.emits.iter().any(|event| is_it(event())));
        let handlers = registry.daemons.iter().flat_map(|entry| {
            let subs = entry.spec.handlers.iter().filter(|sub| is_it((sub.event)()));
            subs.map(|sub| format!("{}::{}", entry.ty, sub.handler))
        });
        Self {
            name: meta.name,
            description: meta.description,
            aliases: meta.aliases,
            external: meta.external,
            runtime: RUNTIME_EVENTS.contains(&meta.name),
            emitters: emitters.map(|entry| entry.ty.as_str()).collect(),
            handlers: handlers.collect(),
            place: format!("{}:{}", meta.file, meta.line),
        }
    }

    fn sources(&self) -> Vec<String> {
        let outside = self.external.then(|| "(outside)".to_owned());
        let runtime = self.runtime.then(|| "(the runtime)".to_owned());
        let daemons = self.emitters.iter().map(|name| (*name).to_owned());
        daemons.chain(outside).chain(runtime).collect()
    }
}

fn lines(names: Vec<String>) -> String {
    match names.is_empty() {
        true => "(nobody)".to_owned(),
        false => names.join("\n"),
    }
}
