//! `=` where parentheses belong. The words are rustc's, which refuses it before the macro runs.
use ringrift_core::event;
use serde::{Deserialize, Serialize};
#[event = "Ping"]
#[derive(Serialize, Deserialize)]
struct Ping;

fn main() {}
