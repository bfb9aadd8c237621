//! A block without a handler.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    fn help(&self) {}
}

fn main() {}
