//! Which daemons a runtime runs.

use std::collections::{BTreeSet, HashSet};

use thiserror::Error;

use crate::{
    declaration::registry::{Registry, UnknownDaemon},
    nearest::nearest,
    words::{category::Category, daemon_type::DaemonType},
};

/// The daemons that are in every runtime, whatever is selected.
const ALWAYS: [&str; 2] = ["event_router", "dlq_retry"];

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

/// The places in the registry of the daemons to run: what was asked for, and all that it depends on.
pub(crate) fn select(registry: &Registry, wanted: &Wanted) -> Result<BTreeSet<usize>, SelectionError> {
    check_profile(registry, wanted)?;
    let known: HashSet<DaemonType> = registry.daemons.iter().map(|entry| entry.ty).collect();
    for daemon in wanted.daemons.iter().filter(|daemon| !known.contains(daemon)) {
        registry.find(daemon.as_str())?;
    }
    let named: HashSet<DaemonType> = wanted.daemons.iter().copied().collect();
    let is_narrowed = wanted.profile.is_some() || !wanted.daemons.is_empty() || !wanted.categories.is_empty();
    let mut selected: BTreeSet<usize> = BTreeSet::new();
    for (index, entry) in registry.daemons.iter().enumerate() {
        let spec = entry.spec;
        let in_profile = wanted.profile.as_ref().is_some_and(|profile| spec.is_in_profile(profile));
        let by_group = !is_narrowed || in_profile || wanted.categories.contains(&spec.category);
        let by_name = named.contains(&entry.ty) || ALWAYS.contains(&entry.ty.as_str());
        if by_name || (by_group && !spec.default_off) {
            selected.insert(index);
        }
    }
    add_dependencies(registry, &mut selected);
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
pub(crate) fn add_dependencies(registry: &Registry, selected: &mut BTreeSet<usize>) {
    let places = registry.places();
    let mut unseen: Vec<usize> = selected.iter().copied().collect();
    while let Some(index) = unseen.pop() {
        for link in registry.daemons[index].spec.depends_on {
            let place = places.get(&link.get().address()).map(|place| *place as usize);
            unseen.extend(place.filter(|place| selected.insert(*place)));
        }
    }
}
