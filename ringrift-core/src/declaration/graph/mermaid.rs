//! The graph in the language of Mermaid, which Markdown on the web draws.

use super::{Edge, Graph, Link};

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

/// With a prefix, because a node called `end` would close the subgraph.
fn id(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("d_{}", name.chars().map(safe).collect::<String>())
}
