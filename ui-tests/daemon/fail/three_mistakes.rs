//! Three mistakes in one struct: three messages, one compile.
use ringrift_core::prelude::*;
#[daemon(category = "helth", cylce = "5m", max_restarts = 0)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
