//! A daemon is a struct.
use ringrift_core::daemon;
struct Alpha;

#[daemon(category = "misc")]
impl Alpha {}

fn main() {}
