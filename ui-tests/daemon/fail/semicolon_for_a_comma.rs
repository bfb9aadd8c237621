//! A `;` between options, and between the elements of a list.
use ringrift_core::prelude::*;

#[daemon(category = "misc"; critical; depends_on = [EventRouter; DlqRetry]; mailbox = 8)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
