//! A daemon has no generic parameters, lifetimes included.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha<'a> {
    value: &'a str,
}

fn main() {}
