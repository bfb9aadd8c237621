//! Reading a part of the tree into a type, with every problem there is in it.

use std::cell::RefCell;

use serde::de::{DeserializeOwned, Error};

use super::cursor::{Cursor, Pass};
use super::failure::{Failure, Fault};
use super::node::Node;
use super::path::KeyPath;
use super::problem::Problem;
use super::recovery::Recovery;
use super::secret::is_secret;
use super::wording;

/// Reads the table at `path`, which may be absent, less the keys `without`.
pub(crate) fn read<T: DeserializeOwned>(root: &Node, path: &KeyPath, without: &[&str]) -> Result<T, Vec<Problem>> {
    match read_what_can_be(root, path, without) {
        (Some(value), problems) if problems.is_empty() => Ok(value),
        (_, problems) => Err(problems),
    }
}

/// Reads the table as if what is wrong in it were not there. What has no default is made up then.
pub(crate) fn read_what_can_be<T: DeserializeOwned>(
    root: &Node,
    path: &KeyPath,
    without: &[&str],
) -> (Option<T>, Vec<Problem>) {
    let absent = Node::empty_table();
    let node = match section_node(root, path) {
        Ok(node) => node.unwrap_or(&absent),
        Err(problems) => return (None, problems),
    };
    let mut recovery = Recovery::new(path, without);
    let value = read_again_and_again(node, path, &mut recovery);
    let problems = recovery.faults.iter().map(|(at, fault)| {
        let problem = problem(root, at, fault);
        match fault {
            // Those that are left out of this reading may be what was meant.
            Fault::UnknownKey { key, known } if at.parent().as_ref() == Some(path) => {
                Problem { message: wording::unknown_key(key, &[known, without].concat()), ..problem }
            }
            _ => problem,
        }
    });
    let mut problems: Vec<Problem> = problems.collect();
    problems.sort();
    (value, problems)
}

/// The node of a section, `None` if it is absent.
///
/// A section inside a single value is an error: falling back to the defaults
/// would hide that `daemons = 5` configures nothing.
fn section_node<'a>(root: &'a Node, path: &KeyPath) -> Result<Option<&'a Node>, Vec<Problem>> {
    let ancestors = std::iter::successors(path.parent(), KeyPath::parent);
    for ancestor in ancestors {
        if let Some(node) = root.find(&ancestor).filter(|node| node.as_table().is_none()) {
            let failure = Failure::invalid_type(node.unexpected(), &"a table");
            return Err(vec![problem(root, &ancestor, &failure.fault)]);
        }
    }
    Ok(root.find(path))
}

fn read_again_and_again<T: DeserializeOwned>(node: &Node, path: &KeyPath, recovery: &mut Recovery) -> Option<T> {
    loop {
        let pass = Pass { marks: &recovery.marks, unknown: RefCell::default() };
        let cursor = Cursor { pass: &pass, path: path.clone(), node, siblings: None };
        let result = T::deserialize(cursor);
        let unknown = pass.unknown.into_inner();
        for (path, known) in unknown {
            recovery.ignore(path, known);
        }
        match result {
            Ok(value) => return Some(value),
            Err(failure) => {
                if !recovery.learn(failure) {
                    return None;
                }
            }
        }
    }
}

/// Says where `fault` is: at the key if that is wrong, else at the value or, if
/// there is none, at the table that lacks it.
fn problem(root: &Node, path: &KeyPath, fault: &Fault) -> Problem {
    let node = root.find_nearest(path);
    let origin = match fault {
        Fault::UnknownKey { .. } | Fault::Twice { .. } => &node.key_origin,
        _ => &node.origin,
    };
    let message = if is_secret(path) { fault.message_without_value() } else { fault.message() };
    Problem { origin: origin.clone(), path: path.to_string(), message }
}
