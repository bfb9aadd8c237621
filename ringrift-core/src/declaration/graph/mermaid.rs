//! The graph in the language of Mermaid, which Markdown on the web draws.

use super::{Edge, Graph, Link, LooseEnd};

impl Graph {
    /// A flowchart with a subgraph for each category: dependencies solid, wants dotted, events thick.
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (category, nodes) in self.by_category() {
            text.push_str(&format!("  subgraph c_{category}[\"{category}\"]\n"));
            for node in nodes {
                text.push_str(&format!("    {}[\"{}\"]\n", id(&node.name), node.name));
            }
            text.push_str("  end\n");
        }
        for edge in self.edges() {
            text.push_str(&line(edge));
        }
        for end in self.loose_ends() {
            text.push_str(&loose(end));
        }
        text
    }
}

fn line(edge: &Edge) -> String {
    let arrow = match &edge.link {
        Link::DependsOn => "-->".to_owned(),
        Link::Wants => "-.->".to_owned(),
        Link::Event { event } => format!("==>|\"{event}\"|"),
    };
    format!("  {} {arrow} {}\n", id(&edge.from), id(&edge.to))
}

/// From or to a place that is drawn as a pill.
fn loose(end: &LooseEnd) -> String {
    let place = end.elsewhere.as_str();
    let (place, daemon) = (format!("e_{place}([\"{place}\"])"), id(&end.daemon));
    let (from, to) = if end.elsewhere.is_source() { (&place, &daemon) } else { (&daemon, &place) };
    format!("  {from} ==>|\"{}\"| {to}\n", end.event)
}

/// With a prefix, because a node called `end` would close the subgraph.
fn id(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("d_{}", name.chars().map(safe).collect::<String>())
}
