//! Types that do not exist.
use ringrift_core::event;
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    one: Gmaes,
    two: games::Ganes,
}

mod games {}

fn main() {}
