//! In no profile, which is not what an empty list could say.
use ringrift_core::prelude::*;

#[daemon(category = "misc", profiles = [])]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
