//! The [`Snapshot`] as metrics for Prometheus.
//!
//! Base units, `_total` for counters, no label that grows without bound: never an id, an error text
//! or a key. Daemons that are not selected have no series. What can go down is a gauge, whatever it
//! counts: `ringrift_deliveries_dead` falls when a dead letter is recovered.
//!
//! Each scrape encodes a snapshot: there is no second set of counters that could disagree.

mod classic;
mod daemons;
mod events;
mod page;
mod runtime;

#[cfg(test)]
mod tests;

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    registry::Registry,
};

use self::page::Page;
use crate::runtime::snapshot::Snapshot;

/// The content type of [`text()`].
pub const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The content type of [`open_metrics`].
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The snapshot in the OpenMetrics text format.
pub fn open_metrics(snapshot: Snapshot) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape(snapshot)));
    let mut page = String::new();
    text::encode(&mut page, &registry).expect("a String takes everything");
    page
}

/// The snapshot in the older text format of Prometheus, which `promtool` reads.
pub fn text(snapshot: Snapshot) -> String {
    classic::from_open_metrics(&open_metrics(snapshot))
}

#[derive(Debug)]
struct Scrape(Snapshot);

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page::new(encoder);
        runtime::encode(&mut page, &self.0)?;
        daemons::encode(&mut page, &self.0)?;
        events::encode(&mut page, &self.0)
    }
}
