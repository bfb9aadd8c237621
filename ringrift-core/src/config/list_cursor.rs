//! Going through a list, item by item.

use std::iter::Enumerate;
use std::slice;

use serde::de::{DeserializeSeed, Error, SeqAccess};

use super::cursor::{Cursor, Pass};
use super::failure::Failure;
use super::node::Node;
use super::path::KeyPath;
use super::recovery::Mark;

/// The items of a list, less those that are marked as removed.
pub(crate) struct ListCursor<'a> {
    pass: &'a Pass<'a>,
    path: KeyPath,
    items: Enumerate<slice::Iter<'a, Node>>,
}

impl<'a> ListCursor<'a> {
    pub(crate) fn new(at: &Cursor<'a>, items: &'a [Node]) -> Self {
        Self { pass: at.pass, path: at.path.clone(), items: items.iter().enumerate() }
    }

    /// Fails if there are more items than the visitor, a tuple's, had use for.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        match self.items.next() {
            None => Ok(()),
            Some((taken, _)) => {
                let wanted = format!("a list of {taken} items");
                let length = taken + 1 + self.items.len();
                Err(Failure::invalid_length(length, &wanted.as_str()))
            }
        }
    }
}

impl<'de> SeqAccess<'de> for ListCursor<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        for (index, node) in self.items.by_ref() {
            let path = self.path.index(index);
            if self.pass.marks.get(&path) == Some(Mark::Removed) {
                continue;
            }
            let cursor = Cursor { pass: self.pass, path: path.clone(), node, siblings: None };
            return seed.deserialize(cursor).map(Some).map_err(|failure| failure.at(&path));
        }
        Ok(None)
    }
}
