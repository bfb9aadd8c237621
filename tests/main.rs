//! Whole-system tests, through the public API only: a file per topic.

mod job;
mod lifecycle;
mod stock;
