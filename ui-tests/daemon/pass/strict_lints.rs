//! Nothing that the macros write is reported, however strict the crate is.
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings, unreachable_pub, unused_qualifications, rust_2018_idioms, future_incompatible, nonstandard_style)]

use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

/// A module in a module, private to the crate.
pub mod outer {
    /// The inner one.
    pub(crate) mod inner {
        use ringrift_core::prelude::*;

        #[daemon(category = "event")]
        pub(crate) struct Hidden;
        impl Daemon for Hidden {}

        #[daemon(category = "event")]
        pub(super) struct ForParent {}
        impl Daemon for ForParent {}

        #[daemon(category = "event")]
        #[expect(dead_code, reason = "nobody uses it")]
        struct Private {
            unused: u32,
        }
        impl Daemon for Private {}
    }

    /// Public, and depends on private ones.
    #[ringrift_core::daemon(category = "misc", depends_on = [inner::Hidden], wants = [inner::ForParent])]
    #[derive(Debug, Default, Clone, PartialEq, Eq)]
    pub struct Shown {
        /// Documented.
        pub count: u32,
        #[cfg(test)]
        only_in_tests: std::rc::Rc<u32>,
    }
    impl ringrift_core::Daemon for Shown {}

    #[cfg(test)]
    #[ringrift_core::daemon(category = "misc")]
    struct OnlyInTests;
}

/// Said.
#[event("SAID")]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Said {
    /// What.
    pub what: String,
}

/// A daemon in a function has its place in the registry too.
pub fn function() {
    #[daemon(category = "misc", depends_on = [outer::Shown], emits = [Said])]
    struct Local;
    impl Daemon for Local {}

    #[handlers]
    impl Local {
        #[on_event("SAID")]
        async fn on_said(&self, said: &Said, _: &Context<Self>) -> DaemonResult {
            if said.what.is_empty() { Err("nothing was said")? }
            Ok(())
        }
    }
}

/// Names of ours in the way: `Result`, `Option` and `Ok` are not the standard ones.
pub mod shadowed {
    use ::ringrift_core::{Daemon, daemon};

    /// In the way.
    pub type Result = ();
    /// In the way.
    pub struct Option;
    /// In the way.
    pub struct Ok;
    /// In the way.
    pub mod core {}
    /// In the way.
    pub mod ringrift_core {}

    /// Not disturbed.
    #[daemon(category = "misc", cycle = "1s", depends_on = [super::outer::Shown])]
    pub struct Undisturbed {
        #[init(5)]
        r#type: u32,
    }
    impl Daemon for Undisturbed {
        async fn run_cycle(&self, _: &::ringrift_core::Context<Self>) -> ::ringrift_core::DaemonResult {
            ::std::result::Result::Ok(())
        }

        async fn health(&self, cx: &::ringrift_core::Context<Self>) -> ::ringrift_core::HealthReport {
            let _ = self.r#type;
            ::ringrift_core::HealthReport::from_stats(&cx.stats())
        }
    }
}

fn main() {
    function();
    let names: Vec<&str> = DaemonType::variants().iter().map(|ty| ty.as_str()).collect();
    for name in ["for_parent", "hidden", "local", "private", "shown", "undisturbed"] {
        assert!(names.contains(&name), "{name}");
    }
    match "SHOWN".parse() {
        Ok(outer::Shown::TYPE) => {}
        other => panic!("{other:?}"),
    }
}
