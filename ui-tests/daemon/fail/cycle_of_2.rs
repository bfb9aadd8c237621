//! Two daemons that depend on each other, in two modules.

mod alpha {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::beta::Beta])]
    pub struct Alpha;
    impl Daemon for Alpha {}
}

mod beta {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::alpha::Alpha])]
    pub struct Beta;
    impl Daemon for Beta {}
}

fn main() {}
