//! `impl Daemon` is missing.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha;

fn main() {}
