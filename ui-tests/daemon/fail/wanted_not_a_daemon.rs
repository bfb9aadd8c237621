//! A wanted one that is no daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc", wants = [Base])]
struct Alpha;

struct Base;
impl Daemon for Alpha {}

fn main() {}
