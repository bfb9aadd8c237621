//! Whole-system tests, through the public API only: a file per topic.

mod journal;
mod lifecycle;
mod look;
mod operator;
mod restart;
