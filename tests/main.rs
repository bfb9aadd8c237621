//! Whole-system tests, through the public API only: a file per topic.

mod accounts;
mod dead_letters;
mod dedup;
mod delivery;
mod desk;
mod emit;
mod hops;
mod journal;
mod lifecycle;
mod look;
mod operator;
mod order;
mod overflow;
mod restart;
mod wiring;
