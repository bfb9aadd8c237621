//! An event is a struct or an enum.
use ringrift_core::event;
#[event("PING")]
fn ping() {}

fn main() {}
