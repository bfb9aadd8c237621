//! Whole-system tests, through the public API only: a file per topic.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in tests, and knows no helper of a test")]

mod accounts;
mod bombs;
mod config;
mod cycles;
mod dead_letters;
mod dedup;
mod delivery;
mod desk;
mod emit;
mod ending;
mod floors;
mod hang;
mod health;
mod hops;
mod inject;
mod job;
mod journal;
mod kit;
mod lifecycle;
mod logs;
mod look;
mod operator;
mod order;
mod overflow;
mod panics;
mod policies;
mod profiles;
mod restart;
mod snapshot;
mod start_order;
mod stop;
mod timeouts;
mod wiring;
