//! Emits by name, aliases, the end of the runtime, and the runtime's own events.

use std::sync::{Arc, Mutex};

use ringrift_core::{
    EmitError, StateName,
    builtin::events::{DaemonFailed, DaemonRecovered, DaemonRestarted, DaemonStalled, DaemonStarted, DaemonStopped},
    prelude::*,
    runtime::{Dependents, EmitNamedError},
    testing::{Fault, FaultAt, TestKit},
};
use serde_json::json;

use crate::desk::{Ask, Desk, Does, Work, Worker, options, worker};

/// Listens to the event by an alias.
#[daemon(category = "misc", register = false)]
struct ByAlias {
    #[inject]
    desk: Desk,
}

impl Daemon for ByAlias {}

#[handlers]
impl ByAlias {
    #[on_event("JOB")]
    async fn on_job(&self, work: &Work, _cx: &Context<Self>) -> DaemonResult {
        self.desk.perform(work).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_alias_is_the_event_in_on_event_and_from_outside() {
    let desk = Desk::default();
    let kit = TestKit::builder().daemon::<ByAlias>().provide(desk.clone()).start().await;
    let runtime = kit.runtime();
    kit.work(1, Does::Well).await;
    runtime.emit_named("WORK", json!({"n": 2, "does": "Well"})).await.unwrap();
    runtime.emit_named("JOB", json!({"n": 3, "does": "Well", "unknown": [1]})).await.unwrap();
    kit.settle().await;
    assert_eq!(desk.done(), [1, 2, 3]);
    assert_eq!(kit.daemon(ByAlias::TYPE).handlers[0].event, "WORK");
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_event_is_answered_with_the_nearest_and_a_wrong_payload_with_what_is_wrong() {
    let kit = worker(&Desk::default(), "").await;
    let emit = async |name: &str, payload| kit.runtime().emit_named(name, payload).await.unwrap_err();
    let said = |error: EmitNamedError| match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    assert_eq!(said(emit("WROK", json!({})).await), "no event is called `WROK`; did you mean `WORK`?");
    assert_eq!(said(emit("TRAINING_COMPLETED", json!({})).await), "no event is called `TRAINING_COMPLETED`");
    assert_eq!(
        said(emit("WORK", json!({"n": "one", "does": "Well"})).await),
        "the payload is not a `WORK`: invalid type: string \"one\", expected u32"
    );
    assert_eq!(said(emit("JOB", json!({"n": 1})).await), "the payload is not a `WORK`: missing field `does`");
    assert_eq!(kit.account(Worker::TYPE).owed, 0);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_emit_after_the_end_is_an_error_in_every_form() {
    let kit = worker(&Desk::default(), "").await;
    let runtime = kit.runtime().clone();
    kit.finish().await;
    let stopped = EmitError::Stopped { event: "WORK" };
    assert_eq!(runtime.emit(Work::new(1, Does::Well)).await, Err(stopped.clone()));
    let named = runtime.emit_named("JOB", json!({"n": 1, "does": "Well"})).await;
    assert!(matches!(named, Err(EmitNamedError::Emit(error)) if error == stopped));
    assert_eq!(stopped.to_string(), "`WORK` was not emitted: the runtime has stopped");
    assert!(runtime.snapshot().events.iter().all(|event| event.emitted == 0));
}

/// What the runtime said, in order.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

/// Hears the runtime's own events, of the worker.
#[daemon(category = "misc", register = false)]
struct Listener {
    #[inject]
    said: Said,
}

impl Daemon for Listener {}

impl Listener {
    fn note(&self, daemon: &str, what: String) -> DaemonResult {
        if daemon == "worker" {
            self.said.0.lock().unwrap().push(what);
        }
        Ok(())
    }
}

#[handlers]
impl Listener {
    #[on_event("DAEMON_STARTED")]
    async fn on_started(&self, event: &DaemonStarted, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("started {}", event.incarnation))
    }

    #[on_event("DAEMON_STOPPED")]
    async fn on_stopped(&self, event: &DaemonStopped, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("stopped: {}", event.cause))
    }

    #[on_event("DAEMON_RESTARTED")]
    async fn on_restarted(&self, event: &DaemonRestarted, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("restarted {} times as {}", event.restarts, event.incarnation))
    }

    #[on_event("DAEMON_FAILED")]
    async fn on_failed(&self, event: &DaemonFailed, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("failed after {} restarts: {}", event.restarts, event.cause))
    }

    #[on_event("DAEMON_STALLED")]
    async fn on_stalled(&self, event: &DaemonStalled, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("stalled in {} for {} s", event.what, event.for_ms / 1000))
    }

    #[on_event("DAEMON_RECOVERED")]
    async fn on_recovered(&self, event: &DaemonRecovered, _cx: &Context<Self>) -> DaemonResult {
        self.note(&event.daemon, format!("recovered in {}", event.what))
    }
}

#[tokio::test(start_paused = true)]
async fn a_daemon_hears_what_happens_to_the_others() {
    let (desk, said) = (Desk::default(), Said::default());
    let builder = TestKit::builder().daemon::<Worker>().daemon::<Listener>();
    let builder = builder.provide(desk.clone()).provide(said.clone());
    let kit = builder.config(&options("max_restarts = 1\nhandler_timeout = \"70s\"")).start().await;
    kit.work(1, Does::Hang).await;
    kit.seconds(75).await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Backoff).await;
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.kill(Worker::TYPE);
    kit.wait_for(Worker::TYPE, StateName::Failed).await;
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    kit.wait_for(Worker::TYPE, StateName::Running).await;
    kit.runtime().stop_daemon(Worker::TYPE, Dependents::Refuse).await.unwrap();
    kit.moment().await;
    let expected = [
        "started 1",
        "stalled in on_work for 60 s",
        "recovered in on_work",
        "restarted 1 times as 2",
        "started 2",
        "failed after 1 restarts: killed by the test",
        "restarted 2 times as 3",
        "started 3",
        "stopped: an operator stopped it",
    ];
    assert_eq!(*said.0.lock().unwrap(), expected);
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_daemon_emits_while_it_starts_can_be_expected() {
    let kit = TestKit::builder().daemon::<Worker>().daemon::<Listener>();
    let kit = kit.provide(Desk::default()).provide(Said::default()).start().await;
    while kit.expect_event::<DaemonStarted>().await.daemon != "worker" {}
    kit.fault(Worker::TYPE, FaultAt::Start, Fault::Error, 1);
    kit.runtime().restart_daemon(Worker::TYPE).unwrap();
    let restarted = kit.expect_event::<DaemonRestarted>().await;
    assert_eq!((restarted.daemon.as_str(), restarted.incarnation), ("worker", 2));
    kit.finish().await;
}
