//! One value given as text: by a variable or a flag.

use super::document::parse_value;
use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::path::{KeyPath, Step};

/// A text, the key it is for, and who gave it.
pub(crate) struct Setting {
    pub(crate) path: KeyPath,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

impl Setting {
    /// The root table with nothing in it but this value.
    pub(crate) fn into_tree(self) -> Table {
        let leaf = Node::new(self.origin.clone(), value(&self.origin, self.text));
        let Some((Step::Key(first), rest)) = self.path.steps().split_first() else {
            return Table::new();
        };
        let node = rest.iter().rev().fold(leaf, |node, step| match step {
            Step::Key(key) => {
                let table = Table::from([(key.clone(), node)]);
                Node::new(self.origin.clone(), Value::Table(table))
            }
            // Settings address keys; only a reader counts list items.
            Step::Index(_) => node,
        });
        Table::from([(first.clone(), node)])
    }
}

/// `{ a = 1 }` is a table, which joins with those below; the rest stays text.
fn value(origin: &Origin, text: String) -> Value {
    match parse_value(origin, text.trim()).map(|node| node.value) {
        Some(Value::Table(table)) => Value::Table(table),
        _ => Value::Raw(text),
    }
}
