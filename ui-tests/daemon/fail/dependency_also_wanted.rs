//! The same daemon in both lists.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base], wants = [Base])]
struct Alpha;

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
