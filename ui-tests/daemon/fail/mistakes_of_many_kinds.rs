//! What only rustc can know is reported beside what the macro sees.
use ringrift_core::prelude::*;

struct Stranger;

#[daemon(category = "misc", depends_on = [Stranger], emits = [Stranger], mailbox = 0, config = Stranger)]
struct Alpha;
impl Daemon for Alpha {}

fn main() {}
