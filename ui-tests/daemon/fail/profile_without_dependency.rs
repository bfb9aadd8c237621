//! A profile that a dependency is not in.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base], profiles = ["local", "selfplay"])]
struct Alpha;

#[daemon(category = "misc", profiles = ["local"])]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
