//! In every profile, with a dependency that is not.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base])]
struct Alpha;

#[daemon(category = "misc", profiles = ["local"])]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
