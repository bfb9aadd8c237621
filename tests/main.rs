//! Whole-system tests, through the public API only: a file per topic.

mod accounts;
mod config;
mod dead_letters;
mod dedup;
mod delivery;
mod desk;
mod emit;
mod floors;
mod hops;
mod inject;
mod journal;
mod kit;
mod lifecycle;
mod look;
mod operator;
mod order;
mod overflow;
mod profiles;
mod restart;
mod wiring;
