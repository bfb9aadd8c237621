//! Going on after an error, so that all of them are found.
//!
//! serde stops at the first error. So the section is read again without the
//! value that failed, which then takes its default, until nothing fails that was
//! not reported. A value without a default is replaced by a made-up one
//! ([`Filler`](super::filler::Filler)); where none will do, the whole table is
//! given up, and reading goes on beside it.

use std::collections::BTreeMap;

use super::failure::{Failure, Fault, Names};
use super::path::KeyPath;

/// What is to be done with a value in the next pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Not part of the section at all.
    Excluded,
    /// Skipped, as if it had not been set.
    Removed,
    /// Made up.
    Filled,
}

/// The marks of all values that have one.
#[derive(Default)]
pub(crate) struct Marks(BTreeMap<KeyPath, Mark>);

impl Marks {
    pub(crate) fn get(&self, path: &KeyPath) -> Option<Mark> {
        self.0.get(path).copied()
    }

    /// The keys made up in the table at `path`.
    pub(crate) fn filled_in<'a>(&'a self, path: &'a KeyPath) -> impl Iterator<Item = &'a str> {
        let is_child = |child: &KeyPath| child.parent().as_ref() == Some(path);
        let filled = self.0.iter().filter(|(_, mark)| **mark == Mark::Filled);
        filled.filter(move |(child, _)| is_child(child)).filter_map(|(child, _)| child.last_key())
    }

    fn is_filled_or_inside(&self, path: &KeyPath) -> bool {
        self.has(Mark::Filled, |filled| path == filled || path.is_below(filled))
    }

    fn is_any_removed_below(&self, path: &KeyPath) -> bool {
        self.has(Mark::Removed, |removed| removed.is_below(path))
    }

    fn has(&self, wanted: Mark, fits: impl Fn(&KeyPath) -> bool) -> bool {
        self.0.iter().any(|(path, mark)| *mark == wanted && fits(path))
    }
}

/// The faults of a section so far, and the marks that get reading past them.
pub(crate) struct Recovery {
    section: KeyPath,
    pub(crate) marks: Marks,
    pub(crate) faults: Vec<(KeyPath, Fault)>,
}

impl Recovery {
    pub(crate) fn new(section: &KeyPath, without: &[&str]) -> Self {
        let excluded = without.iter().map(|key| (section.key(key), Mark::Excluded));
        let marks = Marks(excluded.collect());
        Self { section: section.clone(), marks, faults: Vec::new() }
    }

    /// Takes in a key that no field took. Every pass meets it again, so it is
    /// marked, and skipped from then on.
    pub(crate) fn ignore(&mut self, path: KeyPath, known: Names) {
        if let Some(key) = path.last_key() {
            let fault = Fault::UnknownKey { key: key.to_owned(), known };
            self.faults.push((path.clone(), fault));
            self.mark(path, Mark::Excluded);
        }
    }

    /// Takes in why a pass failed; whether another one will get further.
    ///
    /// Every `true` adds a mark or raises one, so there is an end.
    pub(crate) fn learn(&mut self, failure: Failure) -> bool {
        let path = failure.path.unwrap_or_else(|| self.section.clone());
        let is_missing = matches!(failure.fault, Fault::Missing { .. });
        let culprit = culprit(path, &failure.fault);
        match self.marks.get(&culprit) {
            Some(Mark::Removed) if is_missing => self.mark(culprit, Mark::Filled),
            Some(Mark::Removed | Mark::Filled) => self.give_up(&culprit),
            _ if !self.marks.is_filled_or_inside(&culprit) => self.record(culprit, failure.fault),
            _ if is_missing => self.mark(culprit, Mark::Filled),
            _ => self.give_up(&culprit),
        }
    }

    fn record(&mut self, culprit: KeyPath, fault: Fault) -> bool {
        let mark = match fault {
            Fault::Missing { .. } => Mark::Filled,
            _ => Mark::Removed,
        };
        // A tuple that lacks the item we removed is our doing, not the operator's.
        if mark == Mark::Filled || !self.marks.is_any_removed_below(&culprit) {
            self.faults.push((culprit.clone(), fault));
        }
        culprit.is_below(&self.section) && self.mark(culprit, mark)
    }

    fn mark(&mut self, path: KeyPath, mark: Mark) -> bool {
        self.marks.0.insert(path, mark);
        true
    }

    /// Drops the nearest table around `path` that was not touched yet.
    fn give_up(&mut self, path: &KeyPath) -> bool {
        let mut outer = path.parent();
        while let Some(table) = outer.filter(|table| table.is_below(&self.section)) {
            if self.marks.get(&table).is_none() {
                return self.mark(table, Mark::Removed);
            }
            outer = table.parent();
        }
        false
    }
}

/// The value that is to be blamed: of a fault in a table, the key it is about.
fn culprit(path: KeyPath, fault: &Fault) -> KeyPath {
    match fault {
        Fault::Missing { field } | Fault::Twice { field } => path.key(field),
        Fault::UnknownKey { key, .. } if path.last_key() != Some(key) => path.key(key),
        _ => path,
    }
}
