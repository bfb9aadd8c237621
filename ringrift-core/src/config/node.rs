//! The merged tree: every value knows where it was set.

use std::collections::BTreeMap;

use serde::de::Unexpected;

use super::origin::Origin;
use super::path::{KeyPath, Step};

/// A value with the place of its key and its own place.
pub(crate) struct Node {
    /// Where the key stands; an unknown key is reported here.
    pub(crate) key_origin: Origin,
    /// Where the value stands; a wrong value is reported here.
    pub(crate) origin: Origin,
    pub(crate) value: Value,
}

pub(crate) type Table = BTreeMap<String, Node>;

/// What a layer holds at a key.
pub(crate) enum Value {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    /// A string of a file, or a date of one: neither is taken for a number.
    Text(String),
    /// Text of the environment or a flag, which becomes what the reader wants.
    Raw(String),
    List(Vec<Node>),
    Table(Table),
}

impl Node {
    /// A value whose key stands at the same place: all but those of a file.
    pub(crate) fn new(origin: Origin, value: Value) -> Self {
        Self { key_origin: origin.clone(), origin, value }
    }

    pub(crate) fn empty_table() -> Self {
        Self::new(Origin::Default, Value::Table(Table::new()))
    }

    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value in serde's words for something that was not expected.
    pub(crate) fn unexpected(&self) -> Unexpected<'_> {
        match &self.value {
            Value::Boolean(boolean) => Unexpected::Bool(*boolean),
            Value::Integer(integer) => Unexpected::Signed(*integer),
            Value::Float(float) => Unexpected::Float(*float),
            Value::Text(text) | Value::Raw(text) => Unexpected::Str(text),
            Value::List(_) => Unexpected::Seq,
            Value::Table(_) => Unexpected::Map,
        }
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (&self.value, step) {
            (Value::Table(table), Step::Key(key)) => table.get(key),
            (Value::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    pub(crate) fn find(&self, path: &KeyPath) -> Option<&Self> {
        path.steps().iter().try_fold(self, |node, step| node.step(step))
    }

    /// The node at `path` or, if there is none, the deepest one on the way.
    pub(crate) fn find_nearest(&self, path: &KeyPath) -> &Self {
        let mut node = self;
        for step in path.steps() {
            match node.step(step) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, Table, Value};
    use crate::config::origin::Origin;
    use crate::config::path::KeyPath;

    fn tree() -> Node {
        let leaf = Node::new(Origin::Env { variable: "LEAF".into() }, Value::Integer(5));
        let list = Node::new(Origin::Env { variable: "LIST".into() }, Value::List(vec![leaf]));
        let table = Table::from([("list".to_owned(), list)]);
        Node::new(Origin::Default, Value::Table(table))
    }

    #[test]
    fn finds_through_tables_and_lists() {
        let tree = tree();
        let item = KeyPath::parse("list").unwrap().index(0);
        assert_eq!(tree.find(&item).unwrap().origin.to_string(), "environment LEAF");
        assert!(tree.find(&item.key("deeper")).is_none());
    }

    #[test]
    fn the_nearest_of_a_missing_node_is_the_deepest_on_the_way() {
        let tree = tree();
        let missing = KeyPath::parse("list").unwrap().index(7).key("x");
        assert_eq!(tree.find_nearest(&missing).origin.to_string(), "environment LIST");
    }
}
