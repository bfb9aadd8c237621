//! Which daemons a runtime runs.

use std::collections::{BTreeSet, HashSet};

use thiserror::Error;

use crate::{
    declaration::registry::{Places, Registry, UnknownDaemon},
    nearest::nearest,
    words::{category::Category, daemon_type::DaemonType},
};

/// The daemons that are in every runtime, whatever is selected.
const ALWAYS: [&str; 2] = ["event_router", "dlq_retry"];

/// Which daemons of a registry are selected, by their place.
#[derive(Debug, Clone)]
pub(crate) struct Selected(Vec<bool>);

impl Selected {
    fn none_of(registry: &Registry) -> Self {
        Self(vec![false; registry.daemons.len()])
    }

    pub(crate) fn contains(&self, place: usize) -> bool {
        self.0[place]
    }

    /// Selects one; whether it was not yet.
    pub(crate) fn insert(&mut self, place: usize) -> bool {
        !std::mem::replace(&mut self.0[place], true)
    }

    /// Keeps those for which it is true.
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.0.iter_mut().enumerate().for_each(|(place, is_selected)| *is_selected = *is_selected && keep(place));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, is_selected)| **is_selected).map(|(place, _)| place)
    }
}

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) profile: Option<String>,
    pub(crate) daemons: Vec<DaemonType>,
    pub(crate) categories: Vec<Category>,
}

/// What can't be selected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectionError {
    /// No daemon is in that profile.
    #[error("no daemon is in profile `{name}`{}", nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownProfile {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// There is no such daemon.
    #[error(transparent)]
    UnknownDaemon(#[from] UnknownDaemon),
}

/// The profiles that any daemon names, sorted.
pub fn profiles(registry: &Registry) -> BTreeSet<&'static str> {
    registry.specs().filter_map(|spec| spec.profiles).flatten().copied().collect()
}

/// The daemons to run, but for what they depend on.
pub(crate) fn select(registry: &Registry, wanted: &Wanted) -> Result<Selected, SelectionError> {
    check_profile(registry, wanted)?;
    // Sorted by name.
    let is_known = |daemon: &DaemonType| registry.daemons.binary_search_by_key(daemon, |entry| entry.ty).is_ok();
    for daemon in wanted.daemons.iter().filter(|daemon| !is_known(daemon)) {
        registry.find(daemon.as_str())?;
    }
    let named: HashSet<DaemonType> = wanted.daemons.iter().copied().collect();
    let is_narrowed = wanted.profile.is_some() || !wanted.daemons.is_empty() || !wanted.categories.is_empty();
    let mut selected = Selected::none_of(registry);
    for (index, entry) in registry.daemons.iter().enumerate() {
        let spec = entry.spec;
        let in_profile = wanted.profile.as_ref().is_some_and(|profile| spec.is_in_profile(profile));
        let by_group = !is_narrowed || in_profile || wanted.categories.contains(&spec.category);
        let by_name = named.contains(&entry.ty) || ALWAYS.contains(&entry.ty.as_str());
        if by_name || (by_group && !spec.default_off) {
            selected.insert(index);
        }
    }
    Ok(selected)
}

fn check_profile(registry: &Registry, wanted: &Wanted) -> Result<(), SelectionError> {
    let Some(name) = &wanted.profile else {
        return Ok(());
    };
    let known = profiles(registry);
    if known.contains(name.as_str()) {
        return Ok(());
    }
    let nearest = nearest(name, known).map(str::to_owned);
    Err(SelectionError::UnknownProfile { name: name.clone(), nearest })
}

/// Closes the selection under `depends_on`.
pub(crate) fn add_dependencies(registry: &Registry, places: &Places, selected: &mut Selected) {
    let mut unseen: Vec<usize> = selected.iter().collect();
    while let Some(index) = unseen.pop() {
        for link in registry.daemons[index].spec.depends_on {
            let place = places.of(link.get()).map(|place| place as usize);
            unseen.extend(place.filter(|place| selected.insert(*place)));
        }
    }
}
