//! `show X`: all that is declared of one daemon.

use super::{
    answer::{Answer, unknown},
    args::ShowArgs,
    declared::{Declared, Handler},
    exit_code,
    human::heading,
};
use crate::{DaemonType, Registry, delivery::breaker::DEFAULT_LIMIT};

pub(super) fn show(registry: &Registry, args: &ShowArgs) -> Answer {
    let ty = match find(registry, &args.daemon) {
        Ok(ty) => ty,
        Err(answer) => return answer,
    };
    let Some(entry) = registry.daemons.iter().find(|entry| entry.ty == ty) else {
        return Answer::failure(exit_code::ERROR, format_args!("`{ty}` has gone"));
    };
    let daemon = Declared::of(entry, registry);
    if args.json {
        return Answer::json(&daemon);
    }
    Answer::results(page(&daemon))
}

/// The daemon of that name.
pub(super) fn find(registry: &Registry, name: &str) -> Result<DaemonType, Answer> {
    registry.find(name).map_err(|error| {
        let known: Vec<&str> = registry.daemons.iter().map(|it| it.ty.as_str()).collect();
        unknown("daemon", &error.name, error.nearest.as_deref(), &known)
    })
}

fn page(daemon: &Declared) -> String {
    let mut page = heading(daemon.name, daemon.description);
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            page.push_str(&format!("  {label:<13}{text}\n"));
        }
    };
    line("category", daemon.category);
    line("runs", &daemon.schedule);
    line("remarks", &daemon.remarks().join("; "));
    line("depends on", &daemon.depends_on.join(", "));
    line("wants", &daemon.wants.join(", "));
    line("needed by", &daemon.dependents.join(", "));
    line("emits", &daemon.emits.join(", "));
    for (index, handler) in daemon.handlers.iter().enumerate() {
        let label = if index == 0 { "handles" } else { "" };
        line(label, &handler_line(handler));
    }
    let profiles = daemon.profiles.map_or_else(
        || "every profile".to_owned(),
        |profiles| match profiles {
            [] => "none".to_owned(),
            _ => profiles.join(", "),
        },
    );
    line("profiles", &profiles);
    line("declared at", &daemon.place);
    page
}

fn handler_line(handler: &Handler) -> String {
    let dedup = handler.dedup.as_ref().map(|window| format!("dedup {window}"));
    let timeout = handler.timeout.as_ref().map(|limit| format!("timeout {limit}"));
    let breaker = match handler.breaker {
        Some(DEFAULT_LIMIT) => None,
        Some(limit) => Some(format!("breaker {limit}")),
        None => Some("breaker off".to_owned()),
    };
    let options: Vec<String> = [dedup, timeout, breaker].into_iter().flatten().collect();
    match options.as_slice() {
        [] => format!("{} in {}", handler.event, handler.handler),
        _ => format!("{} in {} ({})", handler.event, handler.handler, options.join(", ")),
    }
}
