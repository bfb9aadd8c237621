//! The same dependency by two paths.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base, crate::Base])]
struct Alpha;

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
