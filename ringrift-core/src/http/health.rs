//! `/health`: every daemon in the guide's form, and one by one.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::Source;
use crate::{
    HealthStatus, StateName,
    nearest::nearest,
    runtime::snapshot::{DaemonSnapshot, Phase, Snapshot, StoreSnapshot},
};

/// The guide's four keys.
#[derive(Serialize)]
struct Health<'a> {
    healthy: bool,
    status: HealthStatus,
    message: &'a str,
    details: &'a BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct One<'a> {
    name: &'a str,
    #[serde(flatten)]
    health: Health<'a>,
    state: StateName,
    reason: &'a str,
    checked_ms_ago: Option<u64>,
    failed_checks: u32,
}

#[derive(Serialize)]
struct All<'a> {
    healthy: bool,
    status: HealthStatus,
    message: String,
    daemons: BTreeMap<&'a str, Health<'a>>,
    not_selected: Vec<&'a str>,
}

pub(super) async fn all(State(source): State<Source>) -> Response {
    let snapshot = source.snapshot();
    let all = All::of(&snapshot);
    (status_code(all.healthy), Json(all)).into_response()
}

pub(super) async fn one(State(source): State<Source>, name: Result<Path<String>, PathRejection>) -> Response {
    let snapshot = source.snapshot();
    let name = name.map_or_else(|_| String::new(), |Path(name)| name.to_ascii_lowercase());
    match snapshot.daemons.iter().find(|daemon| daemon.name == name) {
        Some(daemon) => {
            let one = One::of(daemon);
            (status_code(one.health.healthy), Json(one)).into_response()
        }
        None => unknown(&name, &snapshot),
    }
}

/// The name that was asked for is not repeated: an error never reflects its input.
fn unknown(name: &str, snapshot: &Snapshot) -> Response {
    let names: Vec<&str> = snapshot.daemons.iter().map(|it| it.name.as_str()).collect();
    let nearest = nearest(name, names.iter().copied());
    let error = match nearest {
        Some(nearest) => format!("no daemon has that name; did you mean `{nearest}`?"),
        None => "no daemon has that name".to_owned(),
    };
    let body = json!({ "error": error, "nearest": nearest, "daemons": names });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

const fn status_code(is_healthy: bool) -> StatusCode {
    if is_healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

impl<'a> Health<'a> {
    fn of(daemon: &'a DaemonSnapshot) -> Self {
        let report = &daemon.health.report;
        Self {
            healthy: daemon.health.healthy,
            status: report.status,
            message: &report.message,
            details: &report.details,
        }
    }
}

impl<'a> One<'a> {
    fn of(daemon: &'a DaemonSnapshot) -> Self {
        Self {
            name: &daemon.name,
            health: Health::of(daemon),
            state: daemon.state,
            reason: &daemon.reason,
            checked_ms_ago: daemon.health.checked_ms_ago,
            failed_checks: daemon.health.failed_checks,
        }
    }
}

impl<'a> All<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let (selected, others): (Vec<_>, Vec<_>) = snapshot.daemons.iter().partition(|daemon| daemon.selected);
        let (status, message) = overall(snapshot);
        Self {
            healthy: snapshot.runtime.healthy,
            status,
            message,
            daemons: selected.into_iter().map(|daemon| (daemon.name.as_str(), Health::of(daemon))).collect(),
            not_selected: others.into_iter().map(|it| it.name.as_str()).collect(),
        }
    }
}

/// The guide's word for the whole: a critical daemon that is unhealthy is an `ERROR`, anything else
/// that is amiss `DEGRADED`.
fn overall(snapshot: &Snapshot) -> (HealthStatus, String) {
    let runtime = &snapshot.runtime;
    let names = |is_amiss: fn(&DaemonSnapshot) -> bool| {
        let amiss = snapshot.daemons.iter().filter(|it| it.selected && is_amiss(it));
        amiss.map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    if !runtime.healthy {
        let critical = names(|it| it.critical && !it.health.healthy);
        return (HealthStatus::Error, format!("critical daemons are unhealthy: {critical}"));
    }
    match runtime.phase {
        Phase::Stopping | Phase::Stopped => (HealthStatus::Stopped, "the runtime stops".into()),
        Phase::Starting => (HealthStatus::Starting, "the runtime starts".into()),
        Phase::Running => running(&names(is_amiss), runtime.store.as_ref().and_then(StoreSnapshot::told_trouble)),
    }
}

/// A store that can't be written is not in order either, and no daemon's fault.
fn running(amiss: &str, trouble: Option<String>) -> (HealthStatus, String) {
    let amiss = (!amiss.is_empty()).then(|| format!("not in order: {amiss}"));
    let parts: Vec<String> = amiss.into_iter().chain(trouble).collect();
    if parts.is_empty() { (HealthStatus::Running, "OK".into()) } else { (HealthStatus::Degraded, parts.join("; ")) }
}

/// Unhealthy or degraded, unless it is meant to be out of work.
fn is_amiss(daemon: &DaemonSnapshot) -> bool {
    let is_at_rest = matches!(daemon.state, StateName::Completed | StateName::Disabled | StateName::Stopped);
    let is_degraded = daemon.health.status() == HealthStatus::Degraded;
    !is_at_rest && (is_degraded || !daemon.health.healthy)
}
