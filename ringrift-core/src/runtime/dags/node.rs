//! The daemons of random graphs: all alike, but for their names, links and times.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::Links;
use crate::{
    Context, DaemonResult, DaemonType, ExitReason,
    declaration::{
        daemon::{BuildContext, Construct, Daemon, HandlerTable, Registered},
        registry::{Entry, Factory},
        spec::{DaemonSpec, Place, SpecRef, check::Level},
    },
    words::category::Category,
};

/// What a daemon does, once each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Begins,
    Ready,
    Stops,
    Ended,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) node: usize,
    pub(super) what: What,
    /// Since the start.
    pub(super) ms: u64,
}

/// One graph: how it is linked, how long everything takes, and what was done.
#[derive(Debug)]
pub(super) struct Plan {
    links: Links,
    /// Of which name each node is: what starts first is not the first by name.
    names: Vec<usize>,
    /// Milliseconds of each start and stop.
    paces: Vec<(u64, u64)>,
    failing: Option<usize>,
    begun: OnceLock<Instant>,
    lines: Mutex<Vec<Line>>,
}

impl Plan {
    pub(super) fn random(links: Links, failing: Option<usize>, random: &mut fastrand::Rng) -> Self {
        let mut names: Vec<usize> = (0..links.len()).collect();
        random.shuffle(&mut names);
        let paces = links.iter().map(|_| (random.u64(..100), random.u64(..40))).collect();
        Self { links, names, paces, failing, begun: OnceLock::new(), lines: Mutex::default() }
    }

    /// From now on time counts.
    pub(super) fn begin(&self) {
        self.begun.get_or_init(Instant::now);
    }

    pub(super) fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn name(&self, node: usize) -> DaemonType {
        static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
        let all =
            NAMES.get_or_init(|| (0..=200).map(|n| &*Box::leak(format!("node_{n:03}").into_boxed_str())).collect());
        DaemonType::__new(all[self.names[node]])
    }

    fn note(&self, node: usize, what: What) {
        let ms = self.begun.get().map_or(0, |begun| begun.elapsed().as_millis() as u64);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(Line { node, what, ms });
    }
}

/// One node of the graph.
pub(super) struct Node {
    number: usize,
    plan: Arc<Plan>,
}

const PLACE: Place = Place { file: file!(), line: line!(), module: module_path!() };
static NODE: DaemonSpec = DaemonSpec::new::<Node>(DaemonType::__new("node"), Category::Misc, PLACE);

impl Registered for Node {
    const SPEC: SpecRef = SpecRef::new(&NODE);
    type Node<X> = Self;
}

impl<X> Level<X> for Node {
    const LEVEL: u32 = 1;
}

impl Construct for Node {
    const HANDLERS: HandlerTable<Self> = HandlerTable { subs: &[], batch: None };

    async fn construct(_build: BuildContext<Self>) -> DaemonResult<Self> {
        Err("nodes have a factory".into())
    }
}

impl Daemon for Node {
    async fn on_start(&self, _cx: &Context<Self>) -> DaemonResult {
        self.plan.note(self.number, What::Begins);
        sleep(Duration::from_millis(self.plan.paces[self.number].0)).await;
        if self.plan.failing == Some(self.number) {
            return Err("as planned".into());
        }
        self.plan.note(self.number, What::Ready);
        Ok(())
    }

    async fn on_stop(&self, _cx: &Context<Self>) -> DaemonResult {
        self.plan.note(self.number, What::Stops);
        sleep(Duration::from_millis(self.plan.paces[self.number].1)).await;
        Ok(())
    }

    async fn on_exit(&self, _cx: &Context<Self>, _reason: &ExitReason) -> DaemonResult {
        self.plan.note(self.number, What::Ended);
        Ok(())
    }
}

/// The declarations of a graph, which live as long as the process.
pub(super) fn entries(plan: &Arc<Plan>) -> Vec<Entry> {
    let mut specs: Vec<SpecRef> = Vec::new();
    let mut entries = Vec::new();
    for (number, (needs, wants)) in plan.links.iter().enumerate() {
        let list = |links: &[usize]| -> &'static [SpecRef] {
            links.iter().map(|link| specs[*link]).collect::<Vec<_>>().leak()
        };
        let spec = DaemonSpec::new::<Node>(plan.name(number), Category::Misc, PLACE);
        let spec: &'static DaemonSpec = Box::leak(Box::new(spec.depends_on(list(needs)).wants(list(wants))));
        specs.push(SpecRef::new(spec));
        let plan = Arc::clone(plan);
        let factory: Factory = Arc::new(move || Arc::new(Node { number, plan: Arc::clone(&plan) }));
        entries.push(Entry { factory: Some(factory), ..Entry::of(spec) });
    }
    entries
}
