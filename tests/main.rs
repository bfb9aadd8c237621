//! Whole-system tests, through the public API only: a file per topic.

mod bombs;
mod cycles;
mod ending;
mod graphs;
mod hang;
mod health;
mod instances;
mod journal;
mod lifecycle;
mod look;
mod operator;
mod options;
mod panics;
mod restart;
mod start_order;
mod stop;
mod tasks;
