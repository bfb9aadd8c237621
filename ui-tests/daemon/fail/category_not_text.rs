//! A category is a string.
use ringrift_core::prelude::*;
#[daemon(category = health)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
