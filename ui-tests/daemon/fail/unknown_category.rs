//! A category that does not exist, and what is near to it.
use ringrift_core::prelude::*;
#[daemon(category = "helth")]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
