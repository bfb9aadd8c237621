//! Three daemons in a circle, in three modules, and one that leads to it.

mod alpha {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::beta::Beta])]
    pub struct Alpha;
    impl Daemon for Alpha {}
}

mod beta {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::gamma::Gamma])]
    pub struct Beta;
    impl Daemon for Beta {}
}

mod gamma {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::alpha::Alpha])]
    pub struct Gamma;
    impl Daemon for Gamma {}
}

mod delta {
    use ringrift_core::prelude::*;
    #[daemon(category = "misc", depends_on = [super::alpha::Alpha])]
    pub struct Delta;
    impl Daemon for Delta {}
}

fn main() {}
