//! A daemon is a struct.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
enum Alpha {
    One,
}

fn main() {}
