//! `list`: which daemons there are.

use super::{
    answer::Answer,
    args::ListArgs,
    declared::Declared,
    human::plural,
    table::{Cell, Table},
    terminal::Terminal,
};
use crate::Registry;

pub(super) fn list(registry: &Registry, args: &ListArgs, terminal: Terminal) -> Answer {
    let is_asked_for =
        |daemon: &Declared| args.category.is_empty() || args.category.iter().any(|it| it.as_str() == daemon.category);
    let daemons = registry.daemons.iter();
    let daemons: Vec<Declared> = daemons.map(|entry| Declared::of(entry, registry)).filter(is_asked_for).collect();
    if args.json {
        return Answer::json(&daemons);
    }
    if daemons.is_empty() {
        return Answer::default().note("there is no such daemon");
    }
    let mut table = Table::new(["NAME", "CATEGORY", "RUNS", "DESCRIPTION"]);
    for daemon in &daemons {
        let remarks = daemon.remarks();
        let description = match remarks.as_slice() {
            [] => daemon.description.to_owned(),
            _ => format!("{} ({})", daemon.description, remarks.join("; ")),
        };
        table.row([
            Cell::new(daemon.name),
            Cell::new(daemon.category),
            Cell::new(&daemon.schedule),
            Cell::new(description),
        ]);
    }
    Answer::results(table.broken(terminal)).note(plural(daemons.len(), "daemon"))
}
