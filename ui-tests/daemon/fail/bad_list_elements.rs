//! Elements that are none.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = ["Base"], emits = [1], profiles = [local, ""])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
