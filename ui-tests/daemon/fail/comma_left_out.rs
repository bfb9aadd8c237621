//! No comma, after values of every kind, and in lists.
use ringrift_core::prelude::*;

#[daemon(category = "misc" critical default_off mailbox = 8 depends_on = [EventRouter DlqRetry] config = Section profiles = ["a" "b"])]
struct Alpha;
impl Daemon for Alpha {}

#[derive(serde::Deserialize)]
struct Section {}

fn main() {}
