//! The wiring as a graph: who depends on, wants, emits and handles what.
//!
//! The compiler has checked every name in it, so it is complete and true, and the CLI, the HTTP
//! views and the documentation draw from this one value. An event that comes from outside, or from
//! the runtime itself, or that nobody handles, is a loose end.

mod dot;
mod ends;
mod focus;
mod mermaid;
mod order;
mod tree;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::ends::{Elsewhere, LooseEnd};
use super::{registry::Registry, spec::SpecRef};
use crate::words::category::Category;

/// One daemon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// The first line of its documentation.
    pub description: String,
}

/// How one daemon is joined to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Link {
    /// `from` starts only when `to` is ready.
    DependsOn,
    /// `from` starts when `to` is ready, settled, or not selected.
    Wants,
    /// `to` handles an event that `from` emits.
    Event {
        /// The name of the event.
        event: String,
    },
}

/// Two daemons that are joined.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// The dependent, or the emitter.
    pub from: String,
    /// The dependency, or the handler.
    pub to: String,
    /// How.
    #[serde(flatten)]
    pub link: Link,
}

/// Daemons and what joins them, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    loose_ends: Vec<LooseEnd>,
}

impl Graph {
    /// The graph of these, sorted, each once; edges from or to a daemon that is not there are left out.
    pub fn new(nodes: impl IntoIterator<Item = Node>, edges: impl IntoIterator<Item = Edge>) -> Self {
        let mut nodes: Vec<Node> = nodes.into_iter().collect();
        nodes.sort();
        nodes.dedup_by(|a, b| a.name == b.name);
        let is_there = |name: &String| nodes.binary_search_by(|node| node.name.cmp(name)).is_ok();
        let mut edges: Vec<Edge> =
            edges.into_iter().filter(|edge| is_there(&edge.from) && is_there(&edge.to)).collect();
        edges.sort();
        edges.dedup();
        Self { nodes, edges, loose_ends: Vec::new() }
    }

    /// The whole wiring of a program.
    pub fn of(registry: &Registry) -> Self {
        let nodes = registry.daemons.iter().map(|entry| Node {
            name: entry.ty.to_string(),
            category: entry.spec.category,
            description: entry.spec.description.to_owned(),
        });
        let mut edges = Vec::new();
        for entry in &registry.daemons {
            let from = entry.ty.as_str();
            edges.extend(links(from, entry.spec.depends_on, Link::DependsOn));
            edges.extend(links(from, entry.spec.wants, Link::Wants));
        }
        edges.extend(event_edges(registry));
        Self { loose_ends: ends::of(registry), ..Self::new(nodes, edges) }
    }

    /// The daemons, by name.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What joins them, by name.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The events of daemons that come from elsewhere, or go nowhere, by daemon.
    pub fn loose_ends(&self) -> &[LooseEnd] {
        &self.loose_ends
    }

    /// The same daemons, joined by dependencies alone.
    #[must_use]
    pub fn without_events(mut self) -> Self {
        self.edges.retain(|edge| edge.link.is_dependency());
        self.loose_ends.clear();
        self
    }

    /// The graph as pretty JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("names and words are always JSON")
    }

    fn edges_from<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Edge> {
        self.edges.iter().filter(move |edge| edge.from == name)
    }

    /// The daemons of each category, in the guide's order.
    fn by_category(&self) -> BTreeMap<Category, Vec<&Node>> {
        let mut groups: BTreeMap<Category, Vec<&Node>> = BTreeMap::new();
        for node in &self.nodes {
            groups.entry(node.category).or_default().push(node);
        }
        groups
    }
}

impl Link {
    /// Whether it orders starts.
    pub const fn is_dependency(&self) -> bool {
        matches!(self, Self::DependsOn | Self::Wants)
    }
}

fn links<'a>(from: &'a str, specs: &'static [SpecRef], link: Link) -> impl Iterator<Item = Edge> + 'a {
    specs.iter().map(move |spec| Edge { from: from.to_owned(), to: spec.get().ty.to_string(), link: link.clone() })
}

fn event_edges(registry: &Registry) -> Vec<Edge> {
    let mut handlers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in &registry.daemons {
        for sub in entry.spec.handlers {
            let event = (sub.event)().name;
            handlers.entry(event).or_default().push(entry.ty.as_str());
        }
    }
    let mut edges = Vec::new();
    for entry in &registry.daemons {
        for event in entry.spec.emits.iter().map(|meta| meta().name) {
            for handler in handlers.get(event).into_iter().flatten() {
                edges.push(Edge {
                    from: entry.ty.to_string(),
                    to: (*handler).to_owned(),
                    link: Link::Event { event: event.to_owned() },
                });
            }
        }
    }
    edges
}
