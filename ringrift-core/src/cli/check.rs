//! `check`: everything that would keep the daemons from starting, and nothing started.

use serde::Serialize;

use super::{answer::Answer, args::CheckArgs, config, exit_code, findings::Findings, human::plural};
use crate::{DaemonResult, Registry, runtime::Builder};

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    daemons: usize,
    events: usize,
    config_file: Option<String>,
    #[serde(flatten)]
    findings: Findings,
}

pub(super) fn check(
    registry: &Registry,
    args: &CheckArgs,
    configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
) -> Answer {
    let build = |config| configure(config::builder(registry, config, &args.config));
    let (findings, _) = Findings::of(registry, config::load(&args.config), build);
    let report = Report {
        ok: findings.count().0 == 0,
        daemons: registry.daemons.len(),
        events: registry.events().len(),
        config_file: config::file(&args.config).map(|file| file.display().to_string()),
        findings,
    };
    let code = if report.ok { exit_code::OK } else { exit_code::ERROR };
    let answer = match args.json {
        true => Answer::json(&report),
        false => Answer::results(page(&report)),
    };
    answer.code(code)
}

fn page(report: &Report) -> String {
    let verdict = match report.findings.count() {
        (0, 0) => "ok".to_owned(),
        (0, warnings) => format!("ok, with {}", plural(warnings, "warning")),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    let (daemons, events) = (plural(report.daemons, "daemon"), plural(report.events, "event"));
    let config = match &report.config_file {
        Some(file) => format!("configuration {file}"),
        None => "no configuration file".to_owned(),
    };
    report.findings.page() + &format!("{verdict}: {daemons}, {events}, {config}\n")
}
