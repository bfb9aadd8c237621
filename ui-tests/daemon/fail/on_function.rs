//! A daemon is a struct.
use ringrift_core::daemon;
#[daemon(category = "misc")]
async fn alpha() {}

fn main() {}
