//! The order in which daemons start.

use std::collections::BTreeSet;

use super::Graph;

impl Graph {
    /// The daemons in layers: each stands right after the last that it depends on or wants. What is
    /// in one layer starts side by side; within it they are sorted by name.
    ///
    /// Daemons in a cycle, which the compiler refuses but a hand-made graph may hold, come last.
    pub fn start_order(&self) -> Vec<Vec<&str>> {
        let mut waiting: BTreeSet<&str> = self.nodes().iter().map(|n| n.name.as_str()).collect();
        let mut layers = Vec::new();
        while !waiting.is_empty() {
            let mut layer: Vec<&str> =
                waiting.iter().copied().filter(|name| !self.waits_for_any(name, &waiting)).collect();
            if layer.is_empty() {
                layer = waiting.iter().copied().collect();
            }
            layer.iter().for_each(|name| _ = waiting.remove(name));
            layers.push(layer);
        }
        layers
    }

    fn waits_for_any(&self, name: &str, waiting: &BTreeSet<&str>) -> bool {
        self.edges_from(name).any(|edge| edge.link.is_dependency() && waiting.contains(edge.to.as_str()))
    }
}
