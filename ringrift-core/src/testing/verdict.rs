//! What must not be at the end of a test.

use std::collections::BTreeSet;

use crate::{
    runtime::{
        StopReport,
        snapshot::{DaemonSnapshot, Snapshot},
    },
    words::daemon_type::DaemonType,
};

/// Everything that is wrong, a line each.
pub(super) fn of(
    snapshot: &Snapshot,
    report: &StopReport,
    expected: &BTreeSet<DaemonType>,
    may_leave_dead_letters: bool,
) -> Vec<String> {
    let is_expected = |name: &str| expected.iter().any(|daemon| daemon.as_str() == name);
    let unexpected = snapshot.daemons.iter().filter(|daemon| !is_expected(&daemon.name));
    let mut wrong: Vec<String> = unexpected.filter_map(went_wrong).collect();
    let leaked = report.leaked.iter().filter(|(daemon, _)| !is_expected(daemon.as_str()));
    wrong.extend(leaked.map(|(daemon, cause)| format!("`{daemon}` leaked: {cause}")));
    if !snapshot.deliveries.is_closed() {
        wrong.push(format!("the accounts are not closed: {:?}", snapshot.deliveries));
    }
    let unexpected = snapshot.dead_letters.iter().filter(|letter| !is_expected(&letter.daemon));
    if !may_leave_dead_letters {
        wrong.extend(unexpected.map(|letter| {
            format!("a dead letter of `{}::{}`: {}: {}", letter.daemon, letter.handler, letter.event, letter.error)
        }));
    }
    wrong
}

fn went_wrong(daemon: &DaemonSnapshot) -> Option<String> {
    let stats = &daemon.stats;
    if stats.errors == 0 && stats.panics == 0 {
        return None;
    }
    let errors: Vec<String> =
        stats.last_errors.iter().map(|error| format!("  {}: {}", error.hook, error.message)).collect();
    let name = &daemon.name;
    Some(format!("`{name}` went wrong {} times, {} panics:\n{}", stats.errors, stats.panics, errors.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestKit;

    #[tokio::test(start_paused = true)]
    async fn an_account_that_stays_open_is_wrong() {
        let kit = TestKit::builder().start().await;
        let report = kit.runtime().shutdown().await;
        let mut snapshot = kit.snapshot();
        kit.finish().await;
        let wrong = |snapshot: &Snapshot| of(snapshot, &report, &BTreeSet::new(), false);
        assert_eq!(wrong(&snapshot), [""; 0]);
        snapshot.deliveries.owed += 1;
        assert_eq!(wrong(&snapshot), [format!("the accounts are not closed: {:?}", snapshot.deliveries)]);
    }
}
