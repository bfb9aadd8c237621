//! A block that implements a trait.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING", aliases = ["PANG"])]
#[derive(Serialize, Deserialize)]
struct Ping;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

trait Runs {
    fn run(&self);
}

#[handlers]
impl Runs for Alpha {
    #[on_event("PING")]
    fn run(&self) {
        
    }
}

fn main() {}
