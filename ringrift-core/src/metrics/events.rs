//! The events, what became of their deliveries, and the dead letters.

use std::fmt;

use super::page::{Labels, Page, flag};
use crate::{
    AccountSnapshot, DeadReason, LetterState,
    runtime::snapshot::{HandlerSnapshot, Snapshot},
};

/// A column of the accounts: its name, what it counts, and where it is.
type Column = (&'static str, &'static str, fn(&AccountSnapshot) -> u64);

/// Those that never go down.
const COUNTED: [Column; 7] = [
    ("ringrift_deliveries_owed", "Deliveries that the router took on.", |account| account.owed),
    ("ringrift_deliveries_handled", "Deliveries whose handler returned Ok.", |account| account.handled),
    ("ringrift_deliveries_discarded", "Dead letters that were given up.", |account| account.discarded),
    ("ringrift_deliveries_evicted", "Deliveries pushed out of a full mailbox by newer ones.", |account| {
        account.evicted
    }),
    ("ringrift_deliveries_dropped", "Deliveries that found no room in a full mailbox.", |account| account.dropped),
    ("ringrift_deliveries_deduplicated", "Deliveries with the content of an earlier one.", |account| {
        account.deduplicated
    }),
    (
        "ringrift_deliveries_undelivered_at_stop",
        "Deliveries that were still queued when the runtime ended.",
        |account| account.undelivered_at_stop,
    ),
];

pub(super) fn encode(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    emits(page, snapshot)?;
    for (name, help, column) in COUNTED {
        let samples = handlers(snapshot).map(|(labels, it)| (labels, column(&it.deliveries)));
        page.counter(name, help, samples)?;
    }
    let dead = handlers(snapshot).map(|(labels, it)| (labels, it.deliveries.dead));
    let help = "Deliveries that are dead letters now.";
    page.gauge("ringrift_deliveries_dead", help, dead)?;
    pauses(page, snapshot)?;
    dead_letters(page, snapshot)
}

fn pauses(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    let paused = handlers(snapshot).map(|(labels, it)| (labels, flag(it.paused.is_some())));
    let help = "1 while the handler is paused, because it failed too often.";
    page.gauge("ringrift_handler_paused", help, paused)?;
    let pauses = handlers(snapshot).map(|(labels, it)| (labels, it.pauses));
    page.counter("ringrift_handler_pauses", "Pauses of the handler.", pauses)
}

fn emits(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    let events = || snapshot.events.iter();
    page.counter(
        "ringrift_events_emitted",
        "Events that were emitted.",
        events().map(|event| ([("event", event.name.as_str())], event.emitted)),
    )?;
    page.counter(
        "ringrift_events_hop_limited",
        "Emits that the hop limit cut off.",
        events().map(|event| ([("event", event.name.as_str())], event.hop_limited)),
    )?;
    page.counter(
        "ringrift_events_pruned",
        "Durable events that were removed, because they are no longer kept.",
        events().filter(|event| event.durable).map(|event| ([("event", event.name.as_str())], event.pruned)),
    )
}

fn handlers(snapshot: &Snapshot) -> impl Iterator<Item = (Labels<'_, 3>, &HandlerSnapshot)> {
    let selected = snapshot.daemons.iter().filter(|daemon| daemon.selected);
    selected.flat_map(|daemon| {
        daemon.handlers.iter().map(|handler| {
            let labels = [
                ("event", handler.event.as_str()),
                ("daemon", daemon.name.as_str()),
                ("handler", handler.handler.as_str()),
            ];
            (labels, handler)
        })
    })
}

fn dead_letters(page: &mut Page<'_>, snapshot: &Snapshot) -> fmt::Result {
    let counts = &snapshot.dead_letter_counts;
    let kept = LetterState::ALL.into_iter().flat_map(|state| {
        DeadReason::ALL.map(|reason| {
            let labels = [("state", state.as_str()), ("reason", reason.as_str())];
            (labels, counts.of_reason(state, reason))
        })
    });
    let help = "Dead letters that are kept, by what becomes of them and why the delivery failed last.";
    page.gauge("ringrift_dead_letters", help, kept)?;
    let help = "Dead letters whose retry is under way.";
    page.single_gauge("ringrift_dead_letters_retrying", help, counts.retrying)?;
    let help = "Dead letters that wait in the store for room in memory.";
    page.single_gauge("ringrift_dead_letters_in_store", help, counts.in_store)?;
    page.single_counter(
        "ringrift_dead_letters_recovered",
        "Dead letters whose retry succeeded.",
        counts.recovered_total,
    )?;
    page.single_counter(
        "ringrift_dead_letters_exhausted",
        "Dead letters whose retries were used up.",
        counts.exhausted_total,
    )?;
    page.single_counter("ringrift_dead_letters_discarded", "Dead letters that were given up.", counts.discarded_total)?;
    let help = "Dead letters of transient events that the store had no room for.";
    page.single_counter("ringrift_dead_letters_unwritten", help, counts.unwritten_total)
}
