//! A daemon that is not depended on.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha {
    #[inject]
    base: Handle<Base>,
}

#[daemon(category = "misc")]
struct Base;
impl Daemon for Base {}
impl Daemon for Alpha {}

fn main() {}
