//! What a line of the log knows of the daemon that wrote it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use ringrift_core::{
    StateName,
    prelude::*,
    runtime::Dependents,
    testing::{Fault, FaultAt, TestKit},
};
use tracing::{
    Dispatch, Event as LogLine, Id, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Record},
    subscriber::DefaultGuard,
};

use crate::{
    desk::{Ask, Does, Work},
    look::{health, millis},
};

type Fields = BTreeMap<String, String>;

/// Keeps the lines of these tests, each with the fields of all the spans round it.
#[derive(Clone, Default)]
struct Recorder(Arc<Kept>);

#[derive(Default)]
struct Kept {
    last_id: AtomicU64,
    spans: Mutex<BTreeMap<u64, (Option<u64>, Fields)>>,
    entered: Mutex<Vec<u64>>,
    lines: Mutex<Vec<Fields>>,
}

struct Fill<'a>(&'a mut Fields);

impl Visit for Fill<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl Recorder {
    fn current(&self) -> Option<u64> {
        self.0.entered.lock().unwrap().last().copied()
    }

    /// The line with that message: its own fields, and those of the spans.
    fn line(&self, message: &str) -> Fields {
        let lines = self.0.lines.lock().unwrap();
        let line = lines.iter().find(|line| line["message"] == message);
        line.unwrap_or_else(|| panic!("no line says {message}")).clone()
    }

    /// The lines with that field.
    fn with(&self, field: &str) -> Vec<Fields> {
        let lines = self.0.lines.lock().unwrap();
        lines.iter().filter(|line| line.contains_key(field)).cloned().collect()
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.0.last_id.fetch_add(1, SeqCst) + 1;
        let mut fields = Fields::new();
        attributes.record(&mut Fill(&mut fields));
        let parent = attributes.parent().map(Id::into_u64);
        let parent = parent.or_else(|| attributes.is_contextual().then(|| self.current())?);
        self.0.spans.lock().unwrap().insert(id, (parent, fields));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some((_, fields)) = self.0.spans.lock().unwrap().get_mut(&span.into_u64()) {
            values.record(&mut Fill(fields));
        }
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &LogLine<'_>) {
        let mut line = Fields::new();
        let spans = self.0.spans.lock().unwrap();
        let mut next = self.current();
        while let Some((parent, fields)) = next.and_then(|span| spans.get(&span)) {
            for (name, value) in fields {
                line.entry(name.clone()).or_insert_with(|| value.clone());
            }
            next = *parent;
        }
        event.record(&mut Fill(&mut line));
        self.0.lines.lock().unwrap().push(line);
    }

    fn enter(&self, span: &Id) {
        self.0.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, _span: &Id) {
        self.0.entered.lock().unwrap().pop();
    }
}

/// Keeps the lines of this thread.
fn listen() -> (Recorder, DefaultGuard) {
    // With one dispatcher in the process, tracing asks the thread that meets a callsite first, which
    // may be another test's, and caches its "never" for all.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Recorder::default()));
    LazyLock::force(&SECOND);
    let recorder = Recorder::default();
    let listening = tracing::subscriber::set_default(recorder.clone());
    (recorder, listening)
}

/// Says where it is.
#[daemon(category = "misc", cycle = "1h", register = false)]
struct Talker;

impl Daemon for Talker {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        tracing::info!("starts");
        Ok(())
    }

    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        tokio::task::yield_now().await;
        tracing::info!("in a cycle");
        cx.spawn(async { tracing::info!("in a task") }).await?;
        cx.spawn_blocking(|| tracing::info!("in blocking work")).await?;
        Ok(())
    }
}

#[handlers]
impl Talker {
    #[on_event("WORK")]
    async fn on_work(&self, work: &Work, cx: &Context<Self>) -> DaemonResult {
        tokio::task::yield_now().await;
        let id = cx.event_id().map(|id| id.to_string());
        tracing::info!(n = work.n, id, "in a handler");
        if work.does == Does::Err { Err("told to err".into()) } else { Ok(()) }
    }
}

/// Of a line: who wrote it.
fn who(line: &Fields) -> (&str, &str) {
    (&line["daemon"], &line["incarnation"])
}

#[tokio::test(start_paused = true)]
async fn a_line_knows_its_daemon_incarnation_cycle_and_event() {
    let (recorder, _listening) = listen();
    let kit = TestKit::builder().daemon::<Talker>().start().await;
    kit.expect_failures_of(Talker::TYPE);
    kit.work(1, Does::Err).await;
    kit.seconds(1).await;
    assert_eq!(who(&recorder.line("starts")), ("talker", "1"));
    let cycle = recorder.line("in a cycle");
    assert_eq!((who(&cycle), cycle["cycle"].as_str()), (("talker", "1"), "1"));
    assert!(!cycle.contains_key("event"));
    assert_eq!(who(&recorder.line("in a task")), ("talker", "1"));
    let handler = recorder.line("in a handler");
    assert_eq!((who(&handler), handler["event"].as_str(), handler["n"].as_str()), (("talker", "1"), "WORK", "1"));
    assert_eq!(handler["event_id"], handler["id"]);
    let failed = recorder.line("handler failed");
    assert_eq!((who(&failed), failed["error"].as_str()), (("talker", "1"), "told to err"));
    assert_eq!((failed["event_id"].as_str(), failed["handler"].as_str()), (handler["id"].as_str(), "on_work"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_lines_of_a_new_incarnation_say_so() {
    let (recorder, _listening) = listen();
    let kit = TestKit::builder().daemon::<Talker>().start().await;
    kit.kill(Talker::TYPE);
    kit.wait_for(Talker::TYPE, StateName::Backoff).await;
    kit.wait_for(Talker::TYPE, StateName::Running).await;
    recorder.0.lines.lock().unwrap().clear();
    kit.seconds(1).await;
    assert_eq!(who(&recorder.line("in a cycle")), ("talker", "2"));
    kit.finish().await;
}

#[tokio::test(start_paused = true)]
async fn what_an_operator_disabled_is_shown_at_every_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestKit::builder().daemon::<Talker>().data_dir(folder.path()).start();
    let kit = start().await;
    kit.runtime().disable_daemon(Talker::TYPE, Dependents::Refuse).await.unwrap();
    kit.finish().await;
    for _process in 0..2 {
        let (recorder, _listening) = listen();
        start().await.finish().await;
        assert_eq!(recorder.line("disabled by an operator")["daemon"], "talker");
    }
}

#[tokio::test(start_paused = true)]
async fn the_third_failed_check_is_reported_and_the_second_is_not() {
    let (recorder, _listening) = listen();
    let config = "[daemons.talker.options]\nhealth_check_interval = '1s'\nstartup_grace = '0s'";
    let kit = TestKit::builder().daemon::<Talker>().config(config).start().await;
    kit.fault(Talker::TYPE, FaultAt::Health, Fault::Error, 3);
    kit.advance(millis(2_500)).await;
    assert_eq!((health(&kit, Talker::TYPE).failed_checks, recorder.with("failed_checks")), (2, vec![]));
    kit.advance(millis(1_000)).await;
    let reported = recorder.with("failed_checks");
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert_eq!((who(&reported[0]), reported[0]["failed_checks"].as_str()), (("talker", "1"), "3"));
    assert_eq!(reported[0]["message"], "unhealthy", "what the check says stood for what the line says");
    assert!(reported[0].contains_key("error"));
    kit.finish().await;
}

/// What was called something else later.
#[daemon(category = "misc", register = false)]
struct TalkerOfOld;

impl Daemon for TalkerOfOld {}

#[tokio::test(start_paused = true)]
async fn a_disabled_daemon_that_has_another_name_now_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let kit = TestKit::builder().daemon::<TalkerOfOld>().data_dir(folder.path()).start().await;
    kit.runtime().disable_daemon(TalkerOfOld::TYPE, Dependents::Refuse).await.unwrap();
    kit.finish().await;
    let (recorder, _listening) = listen();
    TestKit::builder().daemon::<Talker>().data_dir(folder.path()).start().await.finish().await;
    let told = "disabled by an operator, and not in this program; under another name it is not disabled";
    assert_eq!(recorder.line(told)["daemon"], "talker_of_old");
}

/// Needs somebody who talks.
#[daemon(category = "misc", depends_on = [Talker], register = false)]
struct Listener;

impl Daemon for Listener {}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_needs_a_disabled_one_is_told_of() {
    let (recorder, _listening) = listen();
    let config = "[daemons.talker.options]\nenabled = false";
    TestKit::builder().daemon::<Talker>().daemon::<Listener>().config(config).start().await.finish().await;
    let line = recorder.line("the daemon will not start: what it needs is disabled");
    assert_eq!((line["daemon"].as_str(), line["needs"].as_str()), ("listener", "talker"));
}
