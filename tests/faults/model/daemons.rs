//! The daemons of the model test, and the one event that all of them handle.

use ringrift_core::{prelude::*, testing::TestKit};
use serde::{Deserialize, Serialize};

/// What the handler of the daemon that is meant does; those of the others do well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Does {
    Well,
    Err,
    Panic,
    Hang,
}

/// A piece of work for one of them.
#[event("MODEL_WORK", external)]
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) to: usize,
    pub(super) does: Does,
}

/// Needs nobody, and is needed.
#[daemon(category = "misc", register = false)]
pub(super) struct Base;

/// Needs one, and is needed.
#[daemon(category = "misc", depends_on = [Base], register = false)]
pub(super) struct Middle;

/// Needs one, and through it another.
#[daemon(category = "misc", depends_on = [Middle], register = false)]
pub(super) struct Top;

/// Has to do with nobody.
#[daemon(category = "misc", register = false)]
pub(super) struct Loner;

macro_rules! works {
    ($name:ident, $number:literal) => {
        impl Daemon for $name {}

        #[handlers]
        impl $name {
            #[on_event("MODEL_WORK")]
            async fn on_work(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
                if work.to == $number { perform(work.does).await } else { Ok(()) }
            }
        }
    };
}

works!(Base, 0);
works!(Middle, 1);
works!(Top, 2);
works!(Loner, 3);

async fn perform(does: Does) -> DaemonResult {
    match does {
        Does::Well => Ok(()),
        Does::Err => Err("told to err".into()),
        // As a panic, but for the message and the backtrace of each of thousands.
        Does::Panic => std::panic::resume_unwind(Box::new("told to panic")),
        Does::Hang => std::future::pending().await,
    }
}

/// By their numbers.
pub(super) fn types() -> [DaemonType; 4] {
    [Base::TYPE, Middle::TYPE, Top::TYPE, Loner::TYPE]
}

/// A kit of all four, in which no dead letter is retried.
pub(super) async fn kit() -> TestKit {
    let options = "handler_timeout = '20s'\nstop_timeout = '5s'\nmax_restarts = 3\nbackoff = ['1s', '3s']\n\
        restart_reset = '1m'\nmailbox = 8\n";
    let sections = ["base", "middle", "top", "loner"].map(|name| format!("[daemons.{name}.options]\n{options}"));
    let config = format!("{}[daemons.dlq_retry.options]\nenabled = false\n", sections.concat());
    let builder = TestKit::builder().daemon::<Top>().daemon::<Middle>().daemon::<Base>().daemon::<Loner>();
    let kit = builder.config(&config).start().await;
    types().iter().for_each(|daemon| kit.expect_failures_of(*daemon));
    kit.expect_dead_letters();
    kit
}
