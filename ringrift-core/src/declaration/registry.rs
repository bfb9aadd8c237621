//! Which daemons and events there are: from inventory, or from a list that a test makes.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, de::Error as _};
use thiserror::Error;

use super::{
    daemon::Registered,
    live::incarnation::Incarnation,
    spec::{DaemonSpec, SpecRef},
};
use crate::{
    nearest::nearest,
    words::{daemon_type::DaemonType, event::EventMeta},
};

/// One `#[daemon]` of the program.
#[derive(Clone, Copy)]
pub struct DaemonEntry(pub SpecRef);
inventory::collect!(DaemonEntry);

/// One `#[event]` of the program.
#[derive(Clone, Copy)]
pub struct EventEntry(pub fn() -> &'static EventMeta);
inventory::collect!(EventEntry);

/// Builds an instance in place of the spec: a test's factory, called again at every restart.
pub(crate) type Factory = Arc<dyn Fn() -> Arc<dyn Incarnation> + Send + Sync>;

/// One daemon of a runtime.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The spec's own, but for the copies of a replicated daemon.
    pub(crate) ty: DaemonType,
    pub(crate) spec: &'static DaemonSpec,
    pub(crate) factory: Option<Factory>,
}

/// The daemons and events of one runtime, sorted by name.
#[derive(Clone)]
pub struct Registry {
    pub(crate) daemons: Vec<Entry>,
    pub(crate) events: Vec<&'static EventMeta>,
}

impl Registry {
    /// Everything that is linked into the program. The only reader of inventory.
    pub fn collected() -> Self {
        let specs = inventory::iter::<DaemonEntry>.into_iter().map(|entry| entry.0.get());
        let events = inventory::iter::<EventEntry>.into_iter().map(|entry| (entry.0)());
        Self::new(specs.map(Entry::of).collect(), events.collect())
    }

    /// No daemon at all: the start of a test's own.
    pub fn empty() -> Self {
        Self::new(Vec::new(), Vec::new())
    }

    /// Adds a daemon.
    #[must_use]
    pub fn with<D: Registered>(self) -> Self {
        self.with_entries([Entry::of(D::SPEC.get())])
    }

    /// Adds `n` copies of a daemon, named `x#0`, `x#1`, and so on: for benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn __with_copies<D: Registered>(self, n: usize) -> Self {
        self.with_entries(Entry::copies(D::SPEC.get(), n))
    }

    pub(crate) fn with_entries(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        for entry in entries {
            // Copies of one daemon add their events once.
            if !self.daemons.last().is_some_and(|last| std::ptr::eq(last.spec, entry.spec)) {
                self.events.extend(entry.spec.handlers.iter().map(|handler| (handler.event)()));
                self.events.extend(entry.spec.emits.iter().map(|event| event()));
            }
            self.daemons.push(entry);
        }
        Self::new(self.daemons, self.events)
    }

    /// Sorted, so that the order out of inventory is never observable.
    fn new(mut daemons: Vec<Entry>, mut events: Vec<&'static EventMeta>) -> Self {
        daemons.sort_by_key(|entry| (entry.ty, entry.spec.place.file, entry.spec.place.line));
        events.sort_by_key(|meta| (meta.name, meta.file, meta.line));
        events.dedup_by(|a, b| std::ptr::eq(*a, *b));
        Self { daemons, events }
    }

    /// The declarations, by name.
    pub fn specs(&self) -> impl Iterator<Item = &'static DaemonSpec> {
        self.daemons.iter().map(|entry| entry.spec)
    }

    /// Where each spec stands.
    pub(crate) fn places(&self) -> Places {
        let mut places: Vec<_> = self.specs().enumerate().map(|(place, spec)| (spec.address(), place as u32)).collect();
        places.sort_unstable();
        places.dedup_by_key(|(address, _)| *address);
        Places(places)
    }

    /// The types of events, by name.
    pub fn events(&self) -> &[&'static EventMeta] {
        &self.events
    }

    /// The type of event of that name or alias.
    pub fn event(&self, name: &str) -> Option<&'static EventMeta> {
        let is_it = |meta: &&&'static EventMeta| meta.name == name || meta.aliases.contains(&name);
        self.events.iter().find(is_it).copied()
    }

    /// The daemon of that name, in either case.
    ///
    /// # Errors
    /// When there is none, with the nearest.
    pub fn find(&self, name: &str) -> Result<DaemonType, UnknownDaemon> {
        let types = || self.daemons.iter().map(|entry| entry.ty);
        types().find(|ty| ty.as_str().eq_ignore_ascii_case(name)).ok_or_else(|| UnknownDaemon {
            name: name.to_owned(),
            nearest: nearest(&name.to_ascii_lowercase(), types().map(DaemonType::as_str)).map(str::to_owned),
        })
    }
}

/// Where each spec stands in a registry, sorted by its address; of several copies the first. A list, because
/// it is made once and small: a hash table takes longer to make, and more memory.
#[derive(Debug)]
pub(crate) struct Places(Vec<(usize, u32)>);

impl Places {
    pub(crate) fn of(&self, spec: &'static DaemonSpec) -> Option<u32> {
        let found = self.0.binary_search_by_key(&spec.address(), |(address, _)| *address);
        found.ok().map(|found| self.0[found].1)
    }
}

impl Entry {
    pub(crate) fn of(spec: &'static DaemonSpec) -> Self {
        Self { ty: spec.ty, spec, factory: None }
    }

    /// `x#0`, `x#1`, and so on. The names live as long as the process.
    pub(crate) fn copies(spec: &'static DaemonSpec, n: usize) -> impl Iterator<Item = Self> {
        let name = move |copy| Box::leak(format!("{}#{copy}", spec.ty).into_boxed_str());
        (0..n).map(move |copy| Self { ty: DaemonType::__new(name(copy)), ..Self::of(spec) })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.daemons.iter().map(|entry| entry.ty)).finish()
    }
}

/// There is no daemon of that name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct UnknownDaemon {
    /// What was asked for.
    pub name: String,
    /// What may have been meant.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownDaemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no daemon is called `{}`", self.name)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl DaemonType {
    /// Every daemon of the program, by name.
    pub fn variants() -> Vec<Self> {
        Registry::collected().daemons.iter().map(|entry| entry.ty).collect()
    }
}

impl FromStr for DaemonType {
    type Err = UnknownDaemon;

    fn from_str(name: &str) -> Result<Self, UnknownDaemon> {
        Registry::collected().find(name)
    }
}

impl<'de> Deserialize<'de> for DaemonType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
