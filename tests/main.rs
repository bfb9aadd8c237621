//! Whole-system tests, through the public API only: a file per topic.

mod bombs;
mod dead_letters;
mod dedup;
mod delivery;
mod desk;
mod emit;
mod ending;
mod hops;
mod job;
mod journal;
mod lifecycle;
mod look;
mod operator;
mod order;
mod overflow;
mod panics;
mod restart;
mod stock;
mod stop;
