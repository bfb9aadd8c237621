//! The part of a graph around one daemon.

use std::collections::BTreeSet;

use super::{Edge, Graph};

impl Graph {
    /// The daemon with all that it reaches and all that reaches it, over every kind of edge that
    /// this graph has; empty when there is no such daemon.
    #[must_use]
    pub fn focus(self, name: &str) -> Self {
        let mut kept = self.closure(name, |edge| (&edge.from, &edge.to));
        kept.append(&mut self.closure(name, |edge| (&edge.to, &edge.from)));
        let nodes = self.nodes.iter().filter(|node| kept.contains(&node.name));
        let edges = self.edges.iter().filter(|edge| kept.contains(&edge.from) && kept.contains(&edge.to));
        let loose_ends = self.loose_ends.iter().filter(|end| kept.contains(&end.daemon));
        Self {
            nodes: nodes.cloned().collect(),
            edges: edges.cloned().collect(),
            loose_ends: loose_ends.cloned().collect(),
        }
    }

    /// What is reached from `start` when every edge leads from the first to the second of `ends`.
    fn closure(&self, start: &str, ends: fn(&Edge) -> (&String, &String)) -> BTreeSet<String> {
        let mut reached = BTreeSet::from([start.to_owned()]);
        let mut open = vec![start.to_owned()];
        while let Some(name) = open.pop() {
            for (_, next) in self.edges.iter().map(ends).filter(|(from, _)| **from == name) {
                if reached.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        reached
    }
}
