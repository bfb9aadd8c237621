//! `check`: everything that would keep the daemons from starting, and nothing started.

use serde::Serialize;

use super::{answer::Answer, args::CheckArgs, config, exit_code, human::plural};
use crate::{
    DaemonResult, Registry,
    config::{Config, problem::Problem},
    delivery::guard::Chain,
    runtime::Builder,
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
    /// What the program itself, or its data folder, says against a start.
    refusals: Vec<String>,
}

pub(super) fn check(
    registry: &Registry,
    args: &CheckArgs,
    configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
) -> Answer {
    let (config, problems) = configuration(registry, args);
    let mut wiring = wiring::check(registry);
    let values = configure(config::builder(registry, config, &args.config)).and_then(|it| Ok(it.missing_values()?));
    let refusals = match values {
        Ok(missing) => {
            wiring.extend(missing);
            wiring.sort();
            Vec::new()
        }
        Err(error) => vec![Chain(&*error).to_string()],
    };
    let is_wired = wiring.iter().all(|it| it.severity == Severity::Warning);
    let report = Report {
        ok: is_wired && problems.is_empty() && refusals.is_empty(),
        daemons: registry.daemons.len(),
        events: registry.events().len(),
        config_file: config::file(&args.config).map(|file| file.display().to_string()),
        wiring,
        config: problems,
        refusals,
    };
    let code = if report.ok { exit_code::OK } else { exit_code::ERROR };
    let answer = match args.json {
        true => Answer::json(&report),
        false => Answer::results(page(&report)),
    };
    answer.code(code)
}

/// The configuration, as far as there is one, and everything that is wrong with it.
fn configuration(registry: &Registry, args: &CheckArgs) -> (Config, Vec<Problem>) {
    match config::load(&args.config) {
        Ok(config) => {
            let problems = config::problems(registry, &config);
            (config, problems)
        }
        Err(problems) => (Config::default(), problems),
    }
}

fn page(report: &Report) -> String {
    let mut page = String::new();
    for problem in &report.config {
        page.push_str(&format!("error: {problem}\n"));
    }
    for refusal in &report.refusals {
        page.push_str(&format!("error: {refusal}\n"));
    }
    for problem in &report.wiring {
        page.push_str(&format!("{problem}\n"));
    }
    let is_error = |problem: &&WiringProblem| problem.severity == Severity::Error;
    let wrong = report.wiring.iter().filter(is_error).count();
    let warnings = report.wiring.len() - wrong;
    let errors = wrong + report.config.len() + report.refusals.len();
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
