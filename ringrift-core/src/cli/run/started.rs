//! What started, in which order, and how long each took.

use std::{cmp::Reverse, collections::BTreeMap};

use super::super::{
    human::{duration, plural},
    table::{Cell, Table},
    terminal::Terminal,
};
use crate::{
    Graph, Registry,
    runtime::snapshot::{DaemonSnapshot, Snapshot},
    words::one_line::one_line,
};

/// The selected daemons in the order in which they became ready, then those that did not.
pub(super) fn table(registry: &Registry, snapshot: &Snapshot) -> String {
    let mut selected: Vec<&DaemonSnapshot> = selected(snapshot).collect();
    let layers = layers(registry);
    selected.sort_by_key(|daemon| {
        let layer = layers.get(&daemon.name).copied();
        (!daemon.ready, Reverse(daemon.uptime_ms), layer, &daemon.name)
    });
    let mut table = Table::new(["STARTED", "TOOK", "STATE"]).right([1]);
    for daemon in selected {
        let state = match daemon.reason.as_str() {
            "" => daemon.state.to_string(),
            reason => format!("{}: {}", daemon.state, one_line(reason)),
        };
        table.row([
            Cell::new(&daemon.name),
            Cell::new(daemon.start_took_ms.map_or("-".to_owned(), duration)),
            Cell::new(state),
        ]);
    }
    table.broken(Terminal::of_stderr())
}

/// How many of them are ready.
pub(super) fn verdict(snapshot: &Snapshot) -> String {
    let ready = selected(snapshot).filter(|daemon| daemon.ready).count();
    format!("{ready} of {} ready", plural(selected(snapshot).count(), "daemon"))
}

fn selected(snapshot: &Snapshot) -> impl Iterator<Item = &DaemonSnapshot> {
    snapshot.daemons.iter().filter(|daemon| daemon.selected)
}

/// Two that became ready in the same millisecond are told in the order of their starts.
fn layers(registry: &Registry) -> BTreeMap<String, usize> {
    let graph = Graph::of(registry);
    let layers = graph.start_order().into_iter().enumerate();
    layers.flat_map(|(layer, names)| names.into_iter().map(move |name| (name.to_owned(), layer))).collect()
}

#[cfg(test)]
mod tests {
    use super::{table, verdict};
    use crate::{declaration::graph::fixture::registry, http::fixture::snapshot};

    #[test]
    fn tells_the_order_of_readiness_then_what_is_not_ready() {
        assert_eq!(
            table(&registry(), &snapshot()),
            "\
STARTED          TOOK  STATE
event_router     12ms  running
auto_sync        12ms  running
quality_monitor  12ms  backoff: restart 2 of 5 after 2s: run_cycle panicked: index out of bounds
auto_export         -  waiting: quality_monitor is in backoff
"
        );
        assert_eq!(verdict(&snapshot()), "2 of 4 daemons ready");
    }
}
