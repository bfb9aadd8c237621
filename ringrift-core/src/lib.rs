//! ringrift: annotate a struct, and you have a daemon.

#[cfg(panic = "abort")]
compile_error!(
    "ringrift supervises panics, and with `panic = \"abort\"` there is nothing left to supervise; remove it from the profile"
);

#[expect(
    unused_extern_crates,
    reason = "the macros' output in this crate names it so"
)]
extern crate self as ringrift_core;

pub mod builtin;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub(crate) mod declaration;
pub(crate) mod delivery;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "http")]
pub mod metrics;
pub(crate) mod nearest;
pub mod runtime;
pub(crate) mod supervisor;
pub(crate) mod words;

pub use ringrift_macros::{daemon, event, handlers, on_event};

#[cfg(feature = "cli")]
pub use self::cli::main;
pub use self::{
    declaration::{
        daemon::{
            BuildContext as InitContext, Context, Daemon, DaemonResult, ExitReason, Fatal,
            FatalError, Handle, NotRunning, Ref,
        },
        graph::{Edge, Graph, Link, Node},
        live::world::NoRuntime,
        registry::{Registry, UnknownDaemon},
        spec::{DaemonSpec, Place},
        wiring,
    },
    delivery::{
        account::AccountSnapshot,
        dead_letters::{DeadLetterCounts, DeadReason, LetterState},
        emit::{Emit, EmitError, HOP_LIMIT},
    },
    words::{
        category::Category,
        daemon_type::DaemonType,
        event::{Event, EventId, EventMeta},
        health::{HealthReport, HealthStatus},
        options::{Kind, OnUnhealthy, Options, Overflow},
        restart::{Backoff, OnExhausted, Restart, RestartPolicy},
        state::{State, StateName},
        stats::{DaemonStats, ErrorRecord, Recent},
    },
};

/// What a file with a daemon needs.
pub mod prelude {
    pub use crate::{
        Context, Daemon, DaemonResult, DaemonType, ExitReason, Fatal, Handle, HealthReport,
        InitContext, daemon, event, handlers, on_event,
    };
}

/// What the macros' output names. Not for people.
#[doc(hidden)]
pub mod __private {
    pub use inventory;

    pub use crate::{
        Category, Context, DaemonResult, DaemonType, Event, EventMeta, Handle, Kind, NoRuntime,
        OnExhausted, OnUnhealthy, Overflow, Restart,
        declaration::{
            daemon::{
                BuildContext, ConfiguredBy, Construct, Daemon, DependsOn, EmittedBy, FieldDefault,
                HandlerTable, Handlers, Injected, NoHandlers, Registered, RunnerFn, SectionOf,
                init, injected, ready, run, section_of,
            },
            live::world::instance,
            registry::{DaemonEntry, EventEntry},
            spec::{
                DaemonSpec, InjectSpec, Place, SpecRef, SubSpec,
                check::{Level, check, max_level, sub},
            },
        },
        words::event::{Erased, Payload},
    };
}
