//! The fields of a daemon have names.
use ringrift_core::prelude::*;
#[daemon(category = "misc")]
struct Alpha(u32);
impl Daemon for Alpha {}

fn main() {}
