//! The graph as text: under each daemon what it depends on, as `cargo tree` does.

use std::{collections::BTreeSet, fmt::Write};

use super::{Edge, Graph, Link, LooseEnd};

impl Graph {
    /// One tree for every daemon that no other depends on. A daemon whose branches stand further up
    /// is marked `(*)`; what it emits to whom, and what comes from elsewhere, follows its
    /// dependencies and is not followed further.
    pub fn tree(&self) -> String {
        let mut tree = Tree { graph: self, shown: BTreeSet::new(), text: String::new() };
        for root in self.roots() {
            tree.root(root);
        }
        // What is left hangs in a cycle of a hand-made graph.
        for node in self.nodes() {
            if !tree.shown.contains(node.name.as_str()) {
                tree.root(&node.name);
            }
        }
        tree.text
    }

    fn roots(&self) -> impl Iterator<Item = &str> {
        let needed: BTreeSet<&str> =
            self.edges().iter().filter(|edge| edge.link.is_dependency()).map(|edge| edge.to.as_str()).collect();
        self.nodes().iter().map(|node| node.name.as_str()).filter(move |name| !needed.contains(name))
    }

    fn category_of(&self, name: &str) -> &'static str {
        let node = self.nodes().iter().find(|node| node.name == name);
        node.map_or("", |node| node.category.as_str())
    }
}

struct Tree<'a> {
    graph: &'a Graph,
    shown: BTreeSet<&'a str>,
    text: String,
}

impl<'a> Tree<'a> {
    fn root(&mut self, name: &'a str) {
        self.daemon("", "", name, "");
    }

    fn daemon(&mut self, indent: &str, branch: &str, name: &'a str, note: &str) {
        let edges: Vec<&Edge> = self.graph.edges_from(name).collect();
        let ends: Vec<&LooseEnd> = self.graph.loose_ends().iter().filter(|end| end.daemon == name).collect();
        let is_new = self.shown.insert(name);
        let again = if is_new || (edges.is_empty() && ends.is_empty()) { "" } else { " (*)" };
        let category = self.graph.category_of(name);
        self.line(format_args!("{indent}{branch}{name} [{category}]{note}{again}"));
        if is_new {
            self.branches(&below(indent, branch), edges, ends);
        }
    }

    fn branches(&mut self, indent: &str, edges: Vec<&'a Edge>, ends: Vec<&LooseEnd>) {
        let (mut branches, events): (Vec<&Edge>, Vec<&Edge>) =
            edges.into_iter().partition(|edge| edge.link.is_dependency());
        branches.extend(events);
        let last = (branches.len() + ends.len()).saturating_sub(1);
        let branch = |index| if index == last { "└─ " } else { "├─ " };
        let first_end = branches.len();
        for (index, edge) in branches.into_iter().enumerate() {
            let branch = branch(index);
            match &edge.link {
                Link::DependsOn => self.daemon(indent, branch, &edge.to, ""),
                Link::Wants => self.daemon(indent, branch, &edge.to, " (wants)"),
                Link::Event { event } => {
                    self.line(format_args!("{indent}{branch}{event} -> {}", edge.to));
                }
            }
        }
        for (index, LooseEnd { event, elsewhere, .. }) in ends.into_iter().enumerate() {
            let (branch, place) = (branch(first_end + index), elsewhere.as_str());
            match elsewhere.is_source() {
                true => self.line(format_args!("{indent}{branch}{event} <- ({place})")),
                false => self.line(format_args!("{indent}{branch}{event} -> ({place})")),
            }
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("a String takes everything");
    }
}

fn below(indent: &str, branch: &str) -> String {
    match branch {
        "" => indent.to_owned(),
        "└─ " => format!("{indent}   "),
        _ => format!("{indent}│  "),
    }
}
