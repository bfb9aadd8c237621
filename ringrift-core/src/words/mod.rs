//! Floor 1: the words of the system. Data only: no I/O, no clock, no lock, no tokio.

pub mod category;
pub mod daemon_type;
pub mod event;
pub mod health;
pub mod options;
pub mod restart;
pub mod schedule;
pub mod state;
pub mod stats;
