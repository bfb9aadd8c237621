//! Every option of `#[daemon]`, each where it may stand.
use ringrift_core::{Context, DaemonResult, Handle, InitContext, prelude::*};
use serde::{Deserialize, Serialize};

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG")]
#[derive(Serialize, Deserialize)]
struct Pong;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Section {
    limit: u32,
}

#[derive(Clone)]
struct GameDb;

#[daemon(category = "event")]
struct Base;
impl Daemon for Base {}

#[daemon(category = "misc", profiles = ["local", "coordinator"])]
struct Optional;
impl Daemon for Optional {}

/// Fields of every kind.
#[daemon(
    name = "all_of_it",
    category = "health",
    depends_on = [Base],
    wants = [Optional],
    emits = [Ping, Pong],
    cycle = "5m",
    jitter = "1s 500ms",
    cycle_timeout = "1m",
    handler_timeout = "2s",
    start_timeout = "3s",
    stop_timeout = "4s",
    stall_after = "5s",
    startup_grace = "0s",
    restart = "always",
    max_restarts = 3,
    backoff = ("1s", "60s"),
    restart_reset = "6s",
    on_exhausted = "retry_slow",
    on_unhealthy = "restart",
    critical,
    health_check_interval = "7s",
    mailbox = 16,
    overflow = "drop_oldest",
    concurrency = 4,
    config = Section,
    kind = "service",
    profiles = ["coordinator"],
    default_off = true,
    deprecated = "use Base",
    register = false,
)]
struct All {
    #[config]
    section: Section,
    #[inject]
    base: Handle<Base>,
    #[inject]
    games: GameDb,
    #[init(7)]
    count: u32,
    #[init("two".to_owned())]
    text: String,
    rest: Vec<u8>,
}

impl Daemon for All {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        let _ = (&self.base, &self.games, self.count, &self.text, &self.rest, self.section.limit);
        let _: Handle<Optional> = cx.daemon();
        cx.emit(Ping).await?;
        cx.try_emit(Pong)?;
        Ok(())
    }
}

#[daemon(category = "queue", schedule = "0 3 * * *", tz = "Europe/Berlin", jitter = "1m", auto_restart = false, on_unhealthy = "report", critical = false)]
struct Nightly;
impl Daemon for Nightly {
    async fn run_cycle(&self, _: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

#[daemon(category = "sync", schedule = "30 0 3 * * Mon", restart = "never", default_off = false, overflow = "block", mailbox = 1_000)]
struct Weekly {}
impl Daemon for Weekly {
    async fn run_cycle(&self, _: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

#[daemon(category = "recovery", kind = "task", runner = runs::run, restart = "on_failure", on_exhausted = "fail", overflow = "drop_newest")]
struct Task;
impl Daemon for Task {}

mod runs {
    pub async fn run(_: &super::Task, cx: &ringrift_core::Context<super::Task>) -> ringrift_core::DaemonResult {
        cx.heartbeat();
        Ok(())
    }
}

#[daemon(category = "resource", init = Made::new, config = Section, depends_on = [Base], on_exhausted = "escalate")]
struct Made {
    limit: u32,
    base: Handle<Base>,
}

impl Made {
    async fn new(cx: InitContext<Self>) -> Result<Self, std::io::Error> {
        let section: Section = cx.config().map_err(std::io::Error::other)?;
        Ok(Self { limit: section.limit, base: cx.daemon() })
    }
}

impl Daemon for Made {
    async fn on_start(&self, _: &Context<Self>) -> DaemonResult {
        let _ = (self.limit, &self.base);
        Ok(())
    }
}

fn main() {
    assert_eq!(All::TYPE.as_str(), "all_of_it");
    assert_eq!(Nightly::TYPE.to_string(), "nightly");
    assert!(All::instance().is_err());
    let names: Vec<&str> = DaemonType::variants().iter().map(|ty| ty.as_str()).collect();
    for listed in ["base", "made", "nightly", "optional", "task", "weekly"] {
        assert!(names.contains(&listed), "{listed}");
    }
    assert!(!names.contains(&"all_of_it"));
    let text = format!("{:?}", ringrift_core::Registry::empty().with::<All>());
    assert_eq!(text, "[all_of_it]");
}
