use axum::http::StatusCode;
use serde_json::json;

use super::{fixture::snapshot, get, request, send};
use crate::{
    Graph, HealthReport,
    declaration::graph::fixture::registry,
    metrics,
    runtime::snapshot::{Phase, StoreSnapshot},
};

#[tokio::test]
async fn health_shows_every_selected_daemon_in_the_guides_form() {
    let answer = get(snapshot(), "/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({
            "healthy": true,
            "status": "DEGRADED",
            "message": "not in order: auto_sync, quality_monitor",
            "daemons": {
                "auto_export": {"healthy": true, "status": "STARTING", "message": "not yet started", "details": {}},
                "auto_sync": {"healthy": true, "status": "DEGRADED", "message": "2 hosts are slow", "details": {"slow": 2}},
                "event_router": {"healthy": true, "status": "RUNNING", "message": "OK", "details": {}},
                "quality_monitor": {"healthy": false, "status": "ERROR", "message": "it failed", "details": {}},
            },
            "not_selected": ["cleanup"],
        })
    );
}

#[tokio::test]
async fn health_is_503_when_a_critical_daemon_is_unhealthy() {
    let mut snapshot = snapshot();
    snapshot.runtime.healthy = false;
    snapshot.daemons[1].health.report = HealthReport::error("no host answers");
    snapshot.daemons[1].health.healthy = false;
    let answer = get(snapshot, "/health").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let json = answer.json();
    assert_eq!(json["healthy"], false);
    assert_eq!(json["status"], "ERROR");
    assert_eq!(json["message"], "critical daemons are unhealthy: auto_sync");
}

#[tokio::test]
async fn health_is_running_when_all_is_in_order() {
    let mut snapshot = snapshot();
    snapshot.daemons.retain(|daemon| daemon.name == "event_router");
    let json = get(snapshot, "/health").await.json();
    assert_eq!((&json["status"], &json["message"]), (&json!("RUNNING"), &json!("OK")));
}

#[tokio::test]
async fn health_is_degraded_while_the_store_can_not_be_written() {
    let trouble = "the disk is full".to_owned();
    let store = StoreSnapshot { file: "a.db".into(), trouble: Some(trouble), damage: Vec::new() };
    let mut broken = snapshot();
    broken.runtime.store = Some(store);
    let mut healthy = broken.clone();
    healthy.daemons.retain(|daemon| daemon.name == "event_router");
    let answer = get(healthy, "/health").await;
    assert_eq!(answer.status, StatusCode::OK, "no critical daemon is unhealthy");
    let json = answer.json();
    assert_eq!(json["status"], "DEGRADED");
    assert_eq!(json["message"], "the store can't be written: the disk is full");
    let json = get(broken, "/health").await.json();
    let both = "not in order: auto_sync, quality_monitor; the store can't be written: the disk is full";
    assert_eq!(json["message"], both);
}

#[tokio::test]
async fn health_of_one_daemon_has_its_own_status_code() {
    let good = get(snapshot(), "/health/AUTO_SYNC").await;
    assert_eq!(good.status, StatusCode::OK);
    assert_eq!(
        good.json(),
        json!({
            "name": "auto_sync",
            "healthy": true,
            "status": "DEGRADED",
            "message": "2 hosts are slow",
            "details": {"slow": 2},
            "state": "running",
            "reason": "",
            "checked_ms_ago": 4000,
            "failed_checks": 0,
        })
    );
    let bad = get(snapshot(), "/health/quality_monitor").await;
    assert_eq!(bad.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(bad.json()["state"], "backoff");
}

#[tokio::test]
async fn health_of_an_unknown_daemon_names_the_nearest_and_reflects_nothing() {
    let answer = get(snapshot(), "/health/auto_snyc").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(
        answer.json(),
        json!({
            "error": "no daemon has that name; did you mean `auto_sync`?",
            "nearest": "auto_sync",
            "daemons": ["auto_export", "auto_sync", "cleanup", "event_router", "quality_monitor"],
        })
    );
    let answer = get(snapshot(), "/health/%ff%3Cscript%3E").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.text.contains("script"), "{}", answer.text);
}

#[tokio::test]
async fn livez_answers_whatever_the_daemons_do_and_takes_no_snapshot() {
    let source = super::Source::new(&registry(), || panic!("livez must ask nobody"));
    let router = super::router(source);
    let request = request("GET", "/livez", &[]);
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn readyz_gives_the_reasons() {
    for path in ["/readyz", "/ready"] {
        let answer = get(snapshot(), path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json(), json!({"ready": true, "reasons": []}));
        let mut snapshot = snapshot();
        snapshot.runtime.ready = false;
        snapshot.runtime.not_ready_because = vec!["auto_sync is starting".into()];
        let answer = get(snapshot, path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.json(), json!({"ready": false, "reasons": ["auto_sync is starting"]}));
    }
}

#[tokio::test]
async fn startupz_is_503_only_while_it_starts() {
    for (phase, word, status) in [
        (Phase::Starting, "starting", StatusCode::SERVICE_UNAVAILABLE),
        (Phase::Running, "running", StatusCode::OK),
        (Phase::Stopping, "stopping", StatusCode::OK),
    ] {
        let mut snapshot = snapshot();
        snapshot.runtime.phase = phase;
        let answer = get(snapshot, "/startupz").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json(), json!({"started": phase != Phase::Starting, "phase": word}));
    }
}

#[tokio::test]
async fn metrics_come_in_the_format_that_is_asked_for() {
    let answer = get(snapshot(), "/metrics").await;
    assert_eq!(answer.headers["content-type"], metrics::TEXT);
    assert_eq!(answer.text, metrics::text(snapshot()));
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let request = request("GET", "/metrics", &[("host", "127.0.0.1"), ("accept", accept)]);
    let answer = send(snapshot(), request).await;
    assert_eq!(answer.headers["content-type"], metrics::OPEN_METRICS);
    assert_eq!(answer.text, metrics::open_metrics(snapshot()));
}

#[tokio::test]
async fn api_gives_the_snapshot_and_the_graph_whole() {
    let answer = get(snapshot(), "/api/snapshot").await;
    let read: crate::runtime::snapshot::Snapshot = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(read, snapshot());
    let graph = get(snapshot(), "/api/graph").await.json();
    let expected: serde_json::Value = serde_json::from_str(&Graph::of(&registry()).json()).unwrap();
    assert_eq!(graph, expected);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let request = request("HEAD", "/health", &[("host", "localhost")]);
    let answer = send(snapshot(), request).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn an_unknown_path_is_told_the_known_ones() {
    let answer = get(snapshot(), "/helth").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let paths = [
        "/health",
        "/health/{daemon}",
        "/livez",
        "/readyz",
        "/ready",
        "/startupz",
        "/metrics",
        "/api/snapshot",
        "/api/graph",
        "/",
    ];
    assert_eq!(answer.json(), json!({"error": "no such path", "paths": paths}));
    for path in paths {
        let path = path.replace("{daemon}", "auto_sync");
        assert_eq!(get(snapshot(), &path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        for path in ["/health", "/livez", "/metrics", "/api/snapshot"] {
            let answer = send(snapshot(), request(method, path, &[("host", "localhost")])).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.headers["allow"], "GET, HEAD");
            assert_eq!(answer.json(), json!({"error": "these views are read only: use GET or HEAD"}));
        }
    }
}
