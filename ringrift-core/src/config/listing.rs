//! Every value with its origin, for people: `config show --origin`.

use serde::Serialize;

use super::adapt::Wanted;
use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::path::KeyPath;
use super::secret::{MASK, hide_password, is_secret};

/// One configured value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The key, dotted.
    pub path: String,
    /// The value as TOML, or `***` if the key looks like a secret's.
    pub value: String,
    /// Who set it.
    pub origin: Origin,
}

/// All leaves below `root`, sorted by path. A list is one leaf.
pub(crate) fn entries(root: &Node) -> Vec<Entry> {
    let mut entries = Vec::new();
    if let Some(table) = root.as_table() {
        collect(table, &KeyPath::default(), &mut entries);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

fn collect(table: &Table, path: &KeyPath, entries: &mut Vec<Entry>) {
    for (key, node) in table {
        let path = path.key(key);
        match node.as_table() {
            Some(table) => collect(table, &path, entries),
            None => {
                entries.push(Entry { value: shown(node, &path), path: path.to_string(), origin: node.origin.clone() })
            }
        }
    }
}

fn shown(node: &Node, path: &KeyPath) -> String {
    match &node.value {
        _ if is_secret(path) => MASK.to_owned(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Float(float) => toml::Value::from(*float).to_string(),
        Value::Text(text) => quoted(text),
        // Shown as the type it looks like; the reader may want another.
        Value::Raw(text) => match Wanted::Anything.adapt(text) {
            Some(node) => shown(&node, path),
            None => quoted(text),
        },
        Value::List(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| shown(item, &path.index(index)));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let entries = table.iter();
            let entries = entries.map(|(key, node)| {
                let name = KeyPath::default().key(key);
                format!("{name} = {}", shown(node, &path.key(key)))
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(hide_password(text).as_ref()).to_string()
}
