//! `=` where parentheses belong. The words are rustc's, which refuses it before the macro runs.
use ringrift_core::prelude::*;
#[daemon = "misc"]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
