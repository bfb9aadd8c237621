//! Which path leads where.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::{Source, guard, health, probes};
use crate::metrics;

/// The paths, as a lost client is told.
const PATHS: [&str; 10] = [
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

/// All views behind the guard, which stands before the unknown paths too.
pub(crate) fn router(source: Source) -> Router {
    let hosts = guard::Hosts::new(&source.hosts);
    Router::new()
        .route("/", get(index))
        .route("/health", get(health::all))
        .route("/health/{daemon}", get(health::one))
        .route("/livez", get(probes::livez))
        .route("/readyz", get(probes::readyz))
        .route("/ready", get(probes::readyz))
        .route("/startupz", get(probes::startupz))
        .route("/metrics", get(scrape))
        .route("/api/snapshot", get(snapshot))
        .route("/api/graph", get(graph))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(hosts, guard::check))
        .with_state(source)
}

async fn index() -> Response {
    Json(json!({ "paths": PATHS })).into_response()
}

async fn snapshot(State(source): State<Source>) -> Response {
    Json(source.snapshot()).into_response()
}

async fn graph(State(source): State<Source>) -> Response {
    Json(&*source.graph).into_response()
}

/// OpenMetrics for those who ask for it, the older text format for all others.
async fn scrape(State(source): State<Source>, headers: HeaderMap) -> Response {
    let snapshot = source.snapshot();
    let accept = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    let is_open = accept.is_some_and(|accept| accept.contains("application/openmetrics-text"));
    let (content_type, text) = if is_open {
        (metrics::OPEN_METRICS, metrics::open_metrics(snapshot))
    } else {
        (metrics::TEXT, metrics::text(snapshot))
    };
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

async fn unknown_path() -> Response {
    let body = json!({ "error": "no such path", "paths": PATHS });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

async fn wrong_method() -> Response {
    let body = json!({ "error": "these views are read only: use GET or HEAD" });
    let allow = [(header::ALLOW, "GET, HEAD")];
    (StatusCode::METHOD_NOT_ALLOWED, allow, Json(body)).into_response()
}
