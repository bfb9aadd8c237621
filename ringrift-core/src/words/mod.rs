//! Floor 1: the words of the system. Data only: no I/O, no clock, no lock, no tokio.

pub(crate) mod category;
mod cron_line;
pub(crate) mod daemon_type;
pub(crate) mod envelope;
pub(crate) mod event;
pub(crate) mod event_id;
pub(crate) mod health;
pub(crate) mod one_line;
pub(crate) mod options;
pub(crate) mod restart;
pub(crate) mod retention;
pub(crate) mod schedule;
pub(crate) mod stamp;
pub(crate) mod state;
pub(crate) mod stats;
