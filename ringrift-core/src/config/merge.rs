//! Laying one tree over another.

use std::collections::btree_map::Entry;

use super::node::{Node, Table, Value};
use super::path::KeyPath;
use super::problem::Problem;

/// Lays `upper` over `lower`: tables join, any other value replaces.
///
/// A table and a single value at one key can't both be meant; the lower one
/// stays and a problem is reported, lest one variable wipe out a section.
pub(crate) fn merge(lower: &mut Table, upper: Table, path: &KeyPath, problems: &mut Vec<Problem>) {
    for (key, node) in upper {
        let path = path.key(&key);
        match lower.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(node);
            }
            Entry::Occupied(mut entry) => merge_node(entry.get_mut(), node, &path, problems),
        }
    }
}

fn merge_node(lower: &mut Node, upper: Node, path: &KeyPath, problems: &mut Vec<Problem>) {
    let reason = match (&mut lower.value, upper.value) {
        (Value::Table(lower), Value::Table(upper)) => return merge(lower, upper, path, problems),
        (Value::Table(_), _) => "is a table, so it cannot be set to a single value",
        (_, Value::Table(_)) => "is a single value, so it cannot have keys of its own",
        (_, value) => {
            *lower = Node { value, ..upper };
            return;
        }
    };
    problems.push(Problem {
        message: format!("{reason}; see {}", lower.origin),
        origin: upper.origin,
        path: path.to_string(),
    });
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::merge;
    use crate::config::document::parse_document;
    use crate::config::node::Value;
    use crate::config::path::KeyPath;

    /// Origins of the leaves asked for, and the problems.
    fn check(lower: &str, upper: &str, leaves: &[(&str, &str)], problems: &[&str]) {
        let (mut tree, _) = parse_document(Path::new("lower"), lower);
        let (upper, _) = parse_document(Path::new("upper"), upper);
        let mut found = Vec::new();
        let (Value::Table(below), Value::Table(above)) = (&mut tree.value, upper.value) else {
            panic!("a document is a table")
        };
        merge(below, above, &KeyPath::default(), &mut found);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, problems);
        for (path, origin) in leaves {
            let node = tree.find(&KeyPath::parse(path).unwrap()).unwrap();
            assert_eq!(node.origin.to_string(), *origin, "{path}");
        }
    }

    #[test]
    fn tables_join_and_values_replace() {
        check(
            "[a]\nkept = 1\nover = [1, 2]\n",
            "[a]\nover = [3]\nnew = 1\n",
            &[("a", "lower:1:1"), ("a.kept", "lower:2:8"), ("a.over", "upper:2:8"), ("a.new", "upper:3:7")],
            &[],
        );
    }

    #[test]
    fn a_table_and_a_value_at_one_key_are_a_problem_and_the_lower_stays() {
        check(
            "value = 1\n[table]\nx = 1\n",
            "table = 1\n[value]\nx = 1\n",
            &[("table.x", "lower:3:5"), ("value", "lower:1:9")],
            &[
                "upper:1:9: `table` is a table, so it cannot be set to a single value; see lower:2:1",
                "upper:2:1: `value` is a single value, so it cannot have keys of its own; see lower:1:9",
            ],
        );
    }
}
