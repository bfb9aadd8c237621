//! Quotes around what is no text.
use ringrift_core::prelude::*;

#[daemon(category = "misc", depends_on = ["EventRouter"], config = "Settings", runner = "path::run", mailbox = "16", critical = "true")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
