//! A daemon has no generic parameters.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha<T: Send + Sync + 'static> {
    value: T,
}
impl<T: Send + Sync + 'static> Daemon for Alpha<T> {}

fn main() {}
