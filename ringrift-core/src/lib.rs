//! Annotate a struct, and you have a background daemon: supervised, fed with events, and with its
//! wiring checked by the compiler.
//!
//! ```standalone_crate
//! use ringrift_core::{Runtime, prelude::*};
//!
//! /// Says that it is alive.
//! #[daemon(category = "misc", depends_on = [EventRouter], cycle = "60s")]
//! struct Hello;
//!
//! impl Daemon for Hello {
//!     async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
//!         tracing::info!(uptime = ?cx.uptime(), "hello");
//!         Ok(())
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::builder().start().await?;
//! runtime.started().await;
//! assert!(Hello::instance()?.get().is_ok());
//! let report = runtime.shutdown().await;
//! assert!(report.leaked.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # The words
//!
//! A **daemon** is a struct with `#[daemon]`. It runs **cycles**, and its **handlers** handle
//! **events**, each a struct with `#[event]`. One event on its way to one handler is a **delivery**;
//! one that went wrong is a **dead letter**, and a **retry** tries it once more. A handler that fails too
//! often is **paused**, and its mail **held**. One life of a daemon, from construction to end, is an
//! **incarnation**; a **restart** begins another. A daemon is in a **state**; its **health** is
//! another matter. It **depends on** daemons that must be ready before it starts, and **wants** some
//! that need not. The **registry** is all that is declared, the **runtime** what runs of it, and the
//! **snapshot** what every view shows.
//!
//! # The floors
//!
//! ```text
//! 5 views         http  metrics  cli
//! 4 life          runtime -> supervisor   builtin  testing
//! 3 declaration   daemon  spec  registry  graph  wiring  live
//! 2 delivery      router -> journal -> store  mailbox  dead letters     config
//! 1 words         event  state  health  options  restart  schedule  nearest
//! ```
//!
//! A module imports its own floor or a lower one. Views read one value,
//! [`runtime::snapshot::Snapshot`].
//!
//! Invariant: `words` do no I/O, hold no locks and read no clock.
//! Invariant: nothing is spawned but by the supervisor, and by `cx.spawn` for a daemon.
//! Invariant: a daemon's declaration is the only place of its name, links and options.
//! Invariant: the order out of inventory is never observable.
//! Invariant: every state but `Running` has a reason that a person can read.
//! Invariant: `owed >= settled` in every account at every moment, with equality when nothing is queued
//! or in hand.
//!
//! # What survives what
//!
//! Queued events survive a restart of their daemon, in order; the struct's fields do not: a restart
//! builds a new instance. Transient events end with the process, and dead letters of them. A durable
//! event is on disk before its emit returns; each handler that was there at its emit, running or not,
//! gets it at least once, in the order of the emits, in this process or a later one. What finds no
//! room in a mailbox waits on the disk. A handler may see it again after a crash, or when it was cut off
//! or the disk was full, so it should be
//! ready for that; what it emits then has the same ids, and is delivered once. `cx.state()` keeps
//! what a daemon saves.
//!
//! # Features
//!
//! `store`, `http` and `cli` (all default), and `testing` for the test kit. `failpoints` lets tests of
//! ringrift itself break the store; it has no place in a program.

#[cfg(panic = "abort")]
compile_error!(
    "ringrift supervises panics, and with `panic = \"abort\"` there is nothing left to supervise; remove it from the profile"
);

extern crate self as ringrift_core;

pub mod builtin;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
mod declaration;
mod delivery;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "http")]
pub mod metrics;
mod nearest;
pub mod runtime;
#[cfg(feature = "store")]
mod store;
pub(crate) mod supervisor;
#[cfg(feature = "testing")]
pub mod testing;
mod words;

pub use ringrift_macros::{daemon, event, handlers, on_event};

#[cfg(feature = "cli")]
pub use self::cli::main;
pub use self::{
    declaration::{
        daemon::{
            BuildContext as InitContext, Context, Daemon, DaemonResult, ExitReason, Fatal, FatalError, Handle,
            NotRunning, Ref,
        },
        graph::{Edge, Elsewhere, Graph, Link, LooseEnd, Node},
        live::world::NoRuntime,
        registry::{Registry, UnknownDaemon},
        spec::{DaemonSpec, Place},
        wiring,
    },
    delivery::{
        account::AccountSnapshot,
        dead_letters::{DeadLetterCounts, DeadReason, Interrupted, LetterId, LetterState, LettersByState},
        emit::{Emit, EmitError, HOP_LIMIT},
    },
    words::{
        category::Category,
        daemon_type::DaemonType,
        event::{Event, EventId, EventMeta},
        event_id::NotAnEventId,
        health::{HealthReport, HealthStatus},
        options::{Kind, OnUnhealthy, Options, Overflow},
        restart::{Backoff, OnExhausted, Restart, RestartPolicy},
        retention::Retention,
        state::{State, StateName},
        stats::{DaemonStats, ErrorRecord, Recent},
    },
};

#[cfg(feature = "store")]
pub use self::{
    declaration::daemon::{NotRepeated, Once, OnceError, OtherValue, StateError, StoredState, UsedTwice},
    store::error::OpenError,
};

pub use self::runtime::Runtime;

/// What a file with a daemon needs.
pub mod prelude {
    pub use crate::{
        Context, Daemon, DaemonResult, DaemonType, ExitReason, Fatal, Handle, HealthReport, InitContext,
        builtin::{dlq_retry::DlqRetry, event_router::EventRouter},
        daemon, event, handlers, on_event,
    };
}

/// What the compiler asks of daemons, events and their fields. The macros implement these traits, or
/// they hold of themselves; you meet them in messages.
pub mod bounds {
    pub use crate::{
        declaration::daemon::{
            ConfiguredBy, Construct, DependsOn, EmittedBy, FieldDefault, Init, Provide, Registered, Runner, Section,
        },
        words::event::{Durable, Payload, Transient},
    };

    #[cfg(feature = "store")]
    pub use crate::declaration::daemon::Outcome;
}

/// Every fail point of the store, for tests that kill the process at each.
#[cfg(feature = "failpoints")]
#[doc(hidden)]
pub use store::failpoint::ALL as FAIL_POINTS;

/// What the macros' output names. Not for people.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::{
        Category, Context, DaemonResult, DaemonType, Event, EventMeta, Handle, Kind, NoRuntime, OnExhausted,
        OnUnhealthy, Overflow, Restart,
        declaration::{
            daemon::{
                BuildContext, ConfiguredBy, Construct, Daemon, DependsOn, EmittedBy, FieldDefault, HandlerTable,
                Handlers as OneHandlersBlockPerDaemon, Init, Injected, NoHandlers, NotShared, Provide, Registered,
                Returned, Runner, Running, Section, SectionOf, Sharing, TableOf, configured, context_of, dependency,
                emitted, init, injected, is_daemon, meta_of, ready, run, section_of,
            },
            live::world::instance,
            registry::{DaemonEntry, EventEntry},
            spec::{
                DaemonSpec, InjectSpec, NoSpec, Place, SpecOf, SpecRef, SubSpec,
                check::{Level, SharedField, Subscription, check, check_cycle, check_shared, kept, max_level, sub},
            },
        },
        words::{
            envelope::Erased,
            event::{Durable, Payload, Transient},
        },
    };
}

/// The README's daemon compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
