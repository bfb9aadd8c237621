//! Going through a table, key by key.

use std::vec;

use serde::de::{DeserializeSeed, MapAccess};

use super::cursor::{Cursor, Pass};
use super::failure::{Failure, Names};
use super::filler::Filler;
use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::path::KeyPath;

/// The entries of a table, less those that are marked as removed.
pub(crate) struct TableCursor<'a> {
    pass: &'a Pass<'a>,
    path: KeyPath,
    fields: Option<Names>,
    entries: vec::IntoIter<(String, Entry<'a>)>,
    next: Option<(KeyPath, Entry<'a>)>,
}

#[derive(Clone, Copy)]
enum Entry<'a> {
    Present(&'a Node),
    Filled,
}

impl<'a> TableCursor<'a> {
    pub(crate) fn new(at: &Cursor<'a>, table: &'a Table, fields: Option<Names>) -> Self {
        let marks = at.pass.marks;
        let present = table.iter().filter(|(key, _)| marks.get(&at.path.key(key)).is_none());
        let present = present.map(|(key, node)| (key.clone(), Entry::Present(node)));
        let filled = filled(at.pass, &at.path);
        let entries = present.chain(filled).collect();
        Self::over(at.pass, &at.path, fields, entries)
    }

    /// A table that stands for one that is missing: it has what was filled in.
    pub(crate) fn filled(pass: &'a Pass<'a>, path: &KeyPath, fields: Option<Names>) -> Self {
        Self::over(pass, path, fields, filled(pass, path))
    }

    fn over(pass: &'a Pass<'a>, path: &KeyPath, fields: Option<Names>, entries: Vec<(String, Entry<'a>)>) -> Self {
        Self { pass, path: path.clone(), fields, entries: entries.into_iter(), next: None }
    }
}

fn filled<'a>(pass: &Pass<'_>, path: &KeyPath) -> Vec<(String, Entry<'a>)> {
    let keys = pass.marks.filled_in(path);
    keys.map(|key| (key.to_owned(), Entry::Filled)).collect()
}

impl<'de> MapAccess<'de> for TableCursor<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let Some((key, entry)) = self.entries.next() else {
            return Ok(None);
        };
        let path = self.path.key(&key);
        // A key is text that may be wanted as a number or as a variant.
        let node = Node::new(Origin::Default, Value::Raw(key));
        let cursor = Cursor { pass: self.pass, path: path.clone(), node: &node, siblings: None };
        let key = seed.deserialize(cursor).map_err(|failure| failure.at(&path))?;
        self.next = Some((path, entry));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let (path, entry) = self.next.take().expect("serde asks for a value after its key");
        let value = match entry {
            Entry::Filled => seed.deserialize(Filler { pass: self.pass, path: path.clone() }),
            Entry::Present(node) => {
                seed.deserialize(Cursor { pass: self.pass, path: path.clone(), node, siblings: self.fields })
            }
        };
        value.map_err(|failure| failure.at(&path))
    }
}
