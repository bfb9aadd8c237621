//! The probes of an orchestrator: is it alive, is it ready, has it started.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::Source;
use crate::runtime::snapshot::Phase;

/// Alive is whatever can answer: a daemon that fails is restarted by the supervisor, and never a
/// reason to kill the process.
pub(super) async fn livez(State(source): State<Source>) -> Response {
    let uptime = source.since.elapsed().as_secs();
    Json(json!({ "alive": true, "uptime_seconds": uptime })).into_response()
}

/// Ready for traffic; when not, why.
pub(super) async fn readyz(State(source): State<Source>) -> Response {
    let runtime = source.snapshot().runtime;
    let body = json!({ "ready": runtime.ready, "reasons": runtime.not_ready_because });
    respond(runtime.ready, body)
}

/// Started is every phase but the first: a process that stops has started too.
pub(super) async fn startupz(State(source): State<Source>) -> Response {
    let phase = source.snapshot().runtime.phase;
    let has_started = phase != Phase::Starting;
    respond(has_started, json!({ "started": has_started, "phase": phase }))
}

fn respond(is_good: bool, body: Value) -> Response {
    let status = if is_good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}
