//! `check`: everything that would keep the daemons from starting, and nothing started.

use serde::Serialize;

use super::{answer::Answer, args::CheckArgs, config, exit_code, human::plural};
use crate::{
    Registry,
    config::problem::Problem,
    wiring::{self, Severity, WiringProblem},
};

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    daemons: usize,
    events: usize,
    config_file: Option<String>,
    wiring: Vec<WiringProblem>,
    config: Vec<Problem>,
}

pub(super) fn check(registry: &Registry, args: &CheckArgs) -> Answer {
    let wiring = wiring::check(registry);
    let config = config_problems(registry, args);
    let is_wired = wiring.iter().all(|it| it.severity == Severity::Warning);
    let report = Report {
        ok: is_wired && config.is_empty(),
        daemons: registry.daemons.len(),
        events: registry.events().len(),
        config_file: config::file(&args.config).map(|file| file.display().to_string()),
        wiring,
        config,
    };
    let code = if report.ok { exit_code::OK } else { exit_code::ERROR };
    let answer = match args.json {
        true => Answer::json(&report),
        false => Answer::results(page(&report)),
    };
    answer.code(code)
}

fn config_problems(registry: &Registry, args: &CheckArgs) -> Vec<Problem> {
    match config::load(&args.config) {
        Ok(config) => config::problems(registry, &config),
        Err(problems) => problems,
    }
}

fn page(report: &Report) -> String {
    let mut page = String::new();
    for problem in &report.config {
        page.push_str(&format!("error: {problem}\n"));
    }
    for problem in &report.wiring {
        page.push_str(&format!("{problem}\n"));
    }
    let is_error = |problem: &&WiringProblem| problem.severity == Severity::Error;
    let wrong = report.wiring.iter().filter(is_error).count();
    let warnings = report.wiring.len() - wrong;
    let errors = wrong + report.config.len();
    let verdict = match (errors, warnings) {
        (0, 0) => "ok".to_owned(),
        (0, _) => format!("ok, with {}", plural(warnings, "warning")),
        (_, 0) => plural(errors, "error"),
        _ => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    let (daemons, events) = (plural(report.daemons, "daemon"), plural(report.events, "event"));
    let config = match &report.config_file {
        Some(file) => format!("configuration {file}"),
        None => "no configuration file".to_owned(),
    };
    page + &format!("{verdict}: {daemons}, {events}, {config}\n")
}
