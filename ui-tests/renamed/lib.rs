//! The macros in a crate of the edition before, which knows `ringrift_core` as `rift`.
#![deny(missing_docs, warnings, unreachable_pub)]
#![forbid(unsafe_code)]

use rift::prelude::*;
use serde::{Deserialize, Serialize};

/// Asks for an answer.
#[event("PING", crate = rift)]
#[derive(Serialize, Deserialize)]
pub struct Ping;

/// What may be set.
#[derive(Deserialize)]
pub struct Section {
    limit: u32,
}

/// Depends on nothing.
#[daemon(category = "misc", crate = ::rift, runner = run)]
pub struct Base;
impl Daemon for Base {}

async fn run(_: &Base, cx: &Context<Base>) -> DaemonResult {
    cx.shutdown().cancelled().await;
    Ok(())
}

/// Uses every kind of path.
#[daemon(category = "misc", crate = rift, depends_on = [Base], emits = [Ping], config = Section)]
pub struct Echo {
    #[config]
    section: Section,
    #[inject]
    base: Handle<Base>,
    #[inject]
    text: String,
    count: u32,
}

impl Daemon for Echo {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        if self.count < self.section.limit && self.base.get().is_ok() && !self.text.is_empty() {
            cx.emit(Ping).await?;
        }
        Ok(())
    }
}

#[handlers(crate = rift)]
impl Echo {
    #[on_event("PING", dedup)]
    async fn on_ping(&self, _event: &Ping, cx: &Context<Self>) -> DaemonResult {
        cx.request_cycle();
        Ok(())
    }
}

/// Built by hand.
#[daemon(category = "misc", crate = rift, init = Made::new)]
pub struct Made;
impl Daemon for Made {}

impl Made {
    async fn new(_: InitContext<Self>) -> DaemonResult<Self> {
        Ok(Self)
    }
}
