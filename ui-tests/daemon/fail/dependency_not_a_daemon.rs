//! A dependency that is no daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Base])]
struct Alpha;

struct Base;
impl Daemon for Alpha {}

fn main() {}
