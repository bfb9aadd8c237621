//! A mistake in a dependency is reported there only.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base])]
struct Alpha;

#[daemon(category = "misc", cylce = "5m")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
