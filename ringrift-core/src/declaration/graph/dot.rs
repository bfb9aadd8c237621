//! The graph in the language of Graphviz.

use std::{collections::BTreeSet, fmt::Write};

use super::{Edge, Graph, Link, LooseEnd};

impl Graph {
    /// A digraph with a cluster for each category: dependencies solid, wants dashed, events dotted.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph ringrift {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
        for (category, nodes) in self.by_category() {
            text.push_str(&format!("  subgraph \"cluster_{category}\" {{\n"));
            text.push_str(&format!("    label={};\n", quoted(category.as_str())));
            for node in nodes {
                let (name, tooltip) = (quoted(&node.name), quoted(&node.description));
                writeln!(text, "    {name} [tooltip={tooltip}];").expect("a String");
            }
            text.push_str("  }\n");
        }
        for edge in self.edges() {
            text.push_str(&line(edge));
        }
        let places: BTreeSet<&str> = self.loose_ends().iter().map(|end| end.elsewhere.as_str()).collect();
        for place in places {
            text.push_str(&format!("  \"({place})\" [shape=plaintext];\n"));
        }
        for end in self.loose_ends() {
            text.push_str(&loose(end));
        }
        text.push_str("}\n");
        text
    }
}

fn line(edge: &Edge) -> String {
    let style = match &edge.link {
        Link::DependsOn => String::new(),
        Link::Wants => " [style=dashed]".to_owned(),
        Link::Event { event } => format!(" [style=dotted, label={}]", quoted(event)),
    };
    format!("  {} -> {}{style};\n", quoted(&edge.from), quoted(&edge.to))
}

/// From or to a place that is drawn without a box.
fn loose(end: &LooseEnd) -> String {
    let place = quoted(&format!("({})", end.elsewhere.as_str()));
    let (daemon, event) = (quoted(&end.daemon), quoted(&end.event));
    let (from, to) = if end.elsewhere.is_source() { (&place, &daemon) } else { (&daemon, &place) };
    format!("  {from} -> {to} [style=dotted, label={event}];\n")
}

/// A quoted ID of DOT, in which only the quote is special; backslashes are doubled because labels
/// and tooltips read them as escapes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
