use super::{Edge, Elsewhere, Graph, Link, LooseEnd, Node, fixture::registry};
use crate::words::category::Category;

fn node(name: &str) -> Node {
    Node { name: name.into(), category: Category::Misc, description: String::new() }
}

fn edge(from: &str, to: &str, link: Link) -> Edge {
    Edge { from: from.into(), to: to.into(), link }
}

fn needs(from: &str, to: &str) -> Edge {
    edge(from, to, Link::DependsOn)
}

fn graph(names: &[&str], edges: Vec<Edge>) -> Graph {
    Graph::new(names.iter().map(|name| node(name)), edges)
}

fn names(graph: &Graph) -> Vec<&str> {
    graph.nodes().iter().map(|node| node.name.as_str()).collect()
}

#[test]
fn is_drawn_from_the_registry_whole_and_sorted() {
    let graph = Graph::of(&registry());
    assert_eq!(names(&graph), ["auto_export", "auto_sync", "cleanup", "event_router", "quality_monitor"]);
    let event = |event: &str| Link::Event { event: event.into() };
    assert_eq!(
        graph.edges(),
        [
            needs("auto_export", "auto_sync"),
            needs("auto_export", "event_router"),
            edge("auto_export", "quality_monitor", Link::Wants),
            edge("auto_sync", "auto_export", event("GAMES_AVAILABLE")),
            needs("auto_sync", "event_router"),
            edge("auto_sync", "quality_monitor", event("GAMES_AVAILABLE")),
            edge("quality_monitor", "auto_export", event("QUALITY_LOW")),
            needs("quality_monitor", "event_router"),
        ]
    );
}

#[test]
fn what_comes_from_elsewhere_or_goes_to_nobody_was_not_drawn() {
    let whole = Graph::of(&registry());
    let end = |daemon: &str, event: &str, elsewhere| LooseEnd { daemon: daemon.into(), event: event.into(), elsewhere };
    assert_eq!(whole.loose_ends(), [end("auto_sync", "HOST_OFFLINE", Elsewhere::Outside)]);
    assert_eq!(whole.without_events().loose_ends(), []);
    let mut alone = graph(&["a"], vec![]);
    alone.loose_ends = vec![end("a", "LOST", Elsewhere::Nobody), end("a", "DAEMON_FAILED", Elsewhere::Runtime)];
    assert_eq!(alone.tree(), "a [misc]\n├─ LOST -> (nobody)\n└─ DAEMON_FAILED <- (runtime)\n");
}

#[test]
fn does_not_depend_on_the_order_it_is_given() {
    let edges = vec![needs("b", "a"), needs("c", "a"), needs("c", "b")];
    let backwards = edges.iter().rev().cloned().collect();
    assert_eq!(graph(&["a", "b", "c"], edges), graph(&["c", "b", "a", "a"], backwards));
}

#[test]
fn leaves_out_edges_to_daemons_that_are_not_there() {
    assert_eq!(graph(&["a"], vec![needs("a", "b")]).edges(), []);
}

#[test]
fn starts_in_layers_after_dependencies_and_wants_ties_by_name() {
    assert_eq!(
        Graph::of(&registry()).start_order(),
        [vec!["cleanup", "event_router"], vec!["auto_sync", "quality_monitor"], vec!["auto_export"],]
    );
}

#[test]
fn events_order_nothing() {
    let event = Link::Event { event: "E".into() };
    let graph = graph(&["a", "b"], vec![edge("b", "a", event)]);
    assert_eq!(graph.start_order(), [vec!["a", "b"]]);
}

#[test]
fn a_hand_made_cycle_comes_last_and_is_still_shown() {
    let edges = vec![needs("a", "b"), needs("b", "a"), needs("c", "a")];
    let graph = graph(&["a", "b", "c", "d"], edges);
    assert_eq!(graph.start_order(), [vec!["d"], vec!["a", "b", "c"]]);
    assert_eq!(graph.tree(), "c [misc]\n└─ a [misc]\n   └─ b [misc]\n      └─ a [misc] (*)\nd [misc]\n");
}

#[test]
fn focus_keeps_what_is_reached_and_what_reaches() {
    let edges = vec![needs("b", "a"), needs("c", "b"), needs("d", "a"), needs("e", "c")];
    let all = graph(&["a", "b", "c", "d", "e"], edges);
    let focused = all.clone().focus("b");
    assert_eq!(names(&focused), ["a", "b", "c", "e"]);
    assert_eq!(focused.edges(), [needs("b", "a"), needs("c", "b"), needs("e", "c")]);
    assert_eq!(names(&all.focus("a")), ["a", "b", "c", "d", "e"]);
}

#[test]
fn focus_follows_events_unless_they_are_left_out() {
    let all = Graph::of(&registry());
    assert_eq!(
        names(&all.clone().focus("quality_monitor")),
        ["auto_export", "auto_sync", "event_router", "quality_monitor"]
    );
    assert_eq!(
        names(&all.without_events().focus("quality_monitor")),
        ["auto_export", "event_router", "quality_monitor"]
    );
}

#[test]
fn tree() {
    assert_eq!(
        Graph::of(&registry()).without_events().tree(),
        "\
auto_export [pipeline]
├─ auto_sync [sync]
│  └─ event_router [event]
├─ event_router [event]
└─ quality_monitor [health] (wants)
   └─ event_router [event]
cleanup [misc]
"
    );
}

#[test]
fn tree_with_events() {
    assert_eq!(
        Graph::of(&registry()).focus("auto_sync").tree(),
        "\
auto_export [pipeline]
├─ auto_sync [sync]
│  ├─ event_router [event]
│  ├─ GAMES_AVAILABLE -> auto_export
│  ├─ GAMES_AVAILABLE -> quality_monitor
│  └─ HOST_OFFLINE <- (outside)
├─ event_router [event]
└─ quality_monitor [health] (wants)
   ├─ event_router [event]
   └─ QUALITY_LOW -> auto_export
"
    );
}

#[test]
fn tree_shows_the_branches_of_a_daemon_once() {
    let edges = vec![needs("b", "a"), needs("c", "b"), needs("d", "b")];
    assert_eq!(
        graph(&["a", "b", "c", "d"], edges).tree(),
        "\
c [misc]
└─ b [misc]
   └─ a [misc]
d [misc]
└─ b [misc] (*)
"
    );
}

#[test]
fn dot() {
    assert_eq!(
        Graph::of(&registry()).focus("auto_sync").dot(),
        r#"digraph ringrift {
  rankdir=LR;
  node [shape=box, style=rounded];
  subgraph "cluster_sync" {
    label="sync";
    "auto_sync" [tooltip="Copies \"new\" games from every host."];
  }
  subgraph "cluster_event" {
    label="event";
    "event_router" [tooltip="Carries events."];
  }
  subgraph "cluster_health" {
    label="health";
    "quality_monitor" [tooltip="Scores fresh games."];
  }
  subgraph "cluster_pipeline" {
    label="pipeline";
    "auto_export" [tooltip="Exports training data."];
  }
  "auto_export" -> "auto_sync";
  "auto_export" -> "event_router";
  "auto_export" -> "quality_monitor" [style=dashed];
  "auto_sync" -> "auto_export" [style=dotted, label="GAMES_AVAILABLE"];
  "auto_sync" -> "event_router";
  "auto_sync" -> "quality_monitor" [style=dotted, label="GAMES_AVAILABLE"];
  "quality_monitor" -> "auto_export" [style=dotted, label="QUALITY_LOW"];
  "quality_monitor" -> "event_router";
  "(outside)" [shape=plaintext];
  "(outside)" -> "auto_sync" [style=dotted, label="HOST_OFFLINE"];
}
"#
    );
}

#[test]
fn mermaid() {
    assert_eq!(
        Graph::of(&registry()).focus("auto_sync").mermaid(),
        r#"flowchart LR
  subgraph c_sync["sync"]
    d_auto_sync["auto_sync"]
  end
  subgraph c_event["event"]
    d_event_router["event_router"]
  end
  subgraph c_health["health"]
    d_quality_monitor["quality_monitor"]
  end
  subgraph c_pipeline["pipeline"]
    d_auto_export["auto_export"]
  end
  d_auto_export --> d_auto_sync
  d_auto_export --> d_event_router
  d_auto_export -.-> d_quality_monitor
  d_auto_sync ==>|"GAMES_AVAILABLE"| d_auto_export
  d_auto_sync --> d_event_router
  d_auto_sync ==>|"GAMES_AVAILABLE"| d_quality_monitor
  d_quality_monitor ==>|"QUALITY_LOW"| d_auto_export
  d_quality_monitor --> d_event_router
  e_outside(["outside"]) ==>|"HOST_OFFLINE"| d_auto_sync
"#
    );
}

#[test]
fn json() {
    let event = Link::Event { event: "E".into() };
    let graph = graph(&["a", "b"], vec![needs("b", "a"), edge("a", "b", event)]);
    let json: serde_json::Value = serde_json::from_str(&graph.json()).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "nodes": [
                {"name": "a", "category": "misc", "description": ""},
                {"name": "b", "category": "misc", "description": ""},
            ],
            "edges": [
                {"from": "a", "to": "b", "kind": "event", "event": "E"},
                {"from": "b", "to": "a", "kind": "depends_on"},
            ],
            "loose_ends": [],
        })
    );
}
