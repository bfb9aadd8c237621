//! The daemon that stands for the router: what depends on it starts once events flow.
//!
//! It owns no delivery. The mailboxes exist before the first daemon starts, and an emit is a push by
//! its emitter, so events go on while this daemon restarts.

use crate::{prelude::*, words::health::HealthStatus};

/// Over this share of a mailbox's bound the router says which one is filling up.
const NEARLY_FULL: f64 = 0.9;

/// Watches over the mailboxes and the accounts of all events, and removes what is no longer kept.
#[daemon(category = "event", cycle = "60s")]
pub struct EventRouter;

impl Daemon for EventRouter {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        if let Some(journal) = &cx.life().world.router.journal {
            journal.prune().await?;
        }
        Ok(())
    }

    async fn health(&self, cx: &Context<Self>) -> HealthReport {
        let world = &cx.life().world;
        let totals = world.router.total();
        let full = world.records.iter().filter(|record| {
            let filled = |mailbox: &crate::delivery::mailbox::Mailbox| {
                mailbox.unsettled() as f64 >= mailbox.capacity() as f64 * NEARLY_FULL
            };
            record.mailbox.as_ref().is_some_and(|mailbox| filled(mailbox))
        });
        let full: Vec<&str> = full.map(|record| record.ty.as_str()).collect();
        let report = match full.as_slice() {
            [] => HealthReport::running(),
            names => {
                HealthReport::new(HealthStatus::Degraded, format!("mailboxes nearly full: `{}`", names.join("`, `")))
            }
        };
        let emitted: u64 = world.router.routes().map(|route| route.emitted).sum();
        report.detail("emitted", emitted).detail("deliveries", totals)
    }
}
