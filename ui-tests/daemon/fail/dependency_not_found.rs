//! A dependency that does not exist.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Bsae])]
struct Alpha;

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
