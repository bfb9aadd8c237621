//! Mistakes in values, in lists and in names are reported in one compile.
use ringrift_core::prelude::*;

#[daemon(category = "mics", depends_on = [Nobody], emits = [Nothing], stall_after = "5mn", mailbox = 0, config = Missing, runner = nowhere)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
