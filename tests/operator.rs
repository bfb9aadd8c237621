//! What an operator does: stop, start, restart, reset, disable, enable.

mod audit;
mod disable;
mod races;
mod restart;
mod stop;

use ringrift_core::{
    StateName::{Backoff, Running},
    prelude::*,
    testing::TestKit,
};

use crate::journal::Journal;

/// Works every minute.
#[daemon(category = "misc", cycle = "60s", max_restarts = 2, register = false)]
struct Base {
    #[inject]
    journal: Journal,
}

impl Daemon for Base {
    idle!();

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("base stops");
        Ok(())
    }
}

/// Needs the base.
#[daemon(category = "misc", cycle = "60s", depends_on = [Base], register = false)]
struct Middle {
    #[inject]
    journal: Journal,
}

impl Daemon for Middle {
    idle!();

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("middle stops");
        Ok(())
    }
}

/// Needs what needs the base.
#[daemon(category = "misc", cycle = "60s", depends_on = [Middle], register = false)]
struct Top {
    #[inject]
    journal: Journal,
}

impl Daemon for Top {
    idle!();

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.journal.note("top stops");
        Ok(())
    }
}

async fn base() -> TestKit {
    TestKit::builder().daemon::<Base>().provide(Journal::default()).start().await
}

async fn fail(kit: &TestKit, daemon: DaemonType) {
    kit.wait_for(daemon, Running).await;
    kit.kill(daemon);
    kit.wait_for(daemon, Backoff).await;
}

/// Which restart the backoff leads to.
fn attempt(kit: &TestKit, daemon: DaemonType) -> u32 {
    match kit.state(daemon) {
        ringrift_core::State::Backoff { attempt, .. } => attempt,
        other => panic!("{other}"),
    }
}
