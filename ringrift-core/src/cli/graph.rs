//! `graph`: how the daemons are joined.

use super::{
    answer::Answer,
    args::{GraphArgs, GraphFormat},
    show::find,
};
use crate::{Graph, Registry};

pub(super) fn graph(registry: &Registry, args: &GraphArgs) -> Answer {
    let mut graph = Graph::of(registry);
    if !args.events {
        graph = graph.without_events();
    }
    if let Some(name) = &args.focus {
        match find(registry, name) {
            Ok(ty) => graph = graph.focus(ty.as_str()),
            Err(answer) => return answer,
        }
    }
    Answer::results(match args.format {
        GraphFormat::Tree => graph.tree(),
        GraphFormat::Dot => graph.dot(),
        GraphFormat::Mermaid => graph.mermaid(),
        GraphFormat::Json => graph.json() + "\n",
    })
}
