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
    /// Kept on disk until it is handled.
    durable: bool,
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
        table.row([Cell::new(event.title()), Cell::new(lines(&event.sources())), Cell::new(lines(&event.listeners()))]);
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
            durable: meta.durable,
            external: meta.external,
            runtime: RUNTIME_EVENTS.contains(&meta.name),
            emitters: emitters.map(|entry| entry.ty.as_str()).collect(),
            handlers: handlers.collect(),
            place: format!("{}:{}", meta.file, meta.line),
        }
    }

    fn title(&self) -> String {
        let mark = if self.durable { "\n(durable)" } else { "" };
        format!("{}{mark}", self.name)
    }

    /// The runtime's own events may be declared by a daemon of its own, which is then named.
    fn sources(&self) -> Vec<&'static str> {
        let outside = self.external.then_some("(outside)");
        let runtime = (self.runtime && self.emitters.is_empty()).then_some("(the runtime)");
        self.emitters.iter().copied().chain(outside).chain(runtime).collect()
    }

    /// The daemons alone: names with their handlers would be broken in two at 80 columns.
    fn listeners(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.handlers.iter().filter_map(|it| Some(it.split_once("::")?.0)).collect();
        names.dedup();
        names
    }
}

fn lines(names: &[&str]) -> String {
    match names {
        [] => "(nobody)".to_owned(),
        _ => names.join("\n"),
    }
}
