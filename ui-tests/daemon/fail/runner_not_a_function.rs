//! A runner that is no function.
use ringrift_core::prelude::*;

#[daemon(category = "misc", runner = RUN)]
struct Alpha;
impl Daemon for Alpha {}

const RUN: &str = "run";

fn main() {}
