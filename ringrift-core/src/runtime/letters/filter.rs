//! Which dead letters are meant.

use std::time::SystemTime;

use super::{super::audit::told, record::names};
use crate::{
    declaration::live::world::World,
    delivery::dead_letters::{DeadReason, Letter, LetterState},
};

/// Which dead letters are meant: those of which all is true that is said here. The default is all of them.
///
/// ```
/// use ringrift_core::{DeadReason, LetterState, runtime::letters::LetterFilter};
///
/// let timed_out = LetterFilter {
///     state: Some(LetterState::Exhausted),
///     reason: Some(DeadReason::Timeout),
///     daemon: Some("auto_sync".into()),
///     ..LetterFilter::default()
/// };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterFilter {
    /// In that state.
    pub state: Option<LetterState>,
    /// Whose last failure had that reason.
    pub reason: Option<DeadReason>,
    /// Of that type of event, by its name or an alias.
    pub event: Option<String>,
    /// Of a handler of that daemon.
    pub daemon: Option<String>,
    /// Of the handler of that name.
    pub handler: Option<String>,
    /// That failed last at that time, or later.
    pub since: Option<SystemTime>,
    /// That failed last before that time.
    pub until: Option<SystemTime>,
    /// So many at most, the oldest of them; `None` for no limit.
    pub limit: Option<usize>,
}

impl LetterFilter {
    /// All that is said, as an operator reads it.
    pub(super) fn told(&self) -> String {
        let said = [
            told("state", self.state),
            told("reason", self.reason),
            told("event", self.event.as_ref()),
            told("daemon", self.daemon.as_ref()),
            told("handler", self.handler.as_ref()),
            told("since", self.since.map(humantime::format_rfc3339_seconds)),
            told("until", self.until.map(humantime::format_rfc3339_seconds)),
            self.limit.map(|limit| format!("{limit} at most")),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        if said.is_empty() { "all".to_owned() } else { said.join(", ") }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    /// Whether all that is said but the limit is true of a letter.
    pub(super) fn matches(&self, world: &World, letter: &Letter) -> bool {
        let (daemon, handler) = names(world, &letter.to);
        is_or_none(self.state, letter.state)
            && is_or_none(self.reason, letter.death.reason)
            && is_or_none(self.daemon.as_deref(), daemon)
            && is_or_none(self.handler.as_deref(), handler)
            && is_or_none(self.event.as_deref(), letter.event.name())
            && self.since.is_none_or(|since| letter.last_failed >= since)
            && self.until.is_none_or(|until| letter.last_failed < until)
    }
}

fn is_or_none<T: PartialEq>(wanted: Option<T>, found: T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}
