//! Two circles that share a daemon.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [Beta, Gamma])]
struct Alpha;
impl Daemon for Alpha {}

#[daemon(category = "misc", depends_on = [Alpha])]
struct Beta;
impl Daemon for Beta {}

#[daemon(category = "misc", depends_on = [Alpha])]
struct Gamma;
impl Daemon for Gamma {}

fn main() {}
