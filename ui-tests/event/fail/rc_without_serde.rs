//! An `Rc`, which serde does not know either.
use ringrift_core::event;
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    name: std::rc::Rc<str>,
}

fn main() {}
