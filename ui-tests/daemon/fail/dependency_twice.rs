//! The same dependency twice.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base, Base])]
struct Alpha;

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
