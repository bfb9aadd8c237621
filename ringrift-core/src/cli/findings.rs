//! What keeps a program from starting, as far as it can be told without a start: `check` tells it, and `run`
//! starts nothing.

use serde::Serialize;

use super::{config, exit_code};
use crate::{
    DaemonResult, Registry,
    config::{Config, problem::Problem},
    delivery::guard::{BoxError, Chain},
    http,
    runtime::Builder,
    wiring::{self, Severity, WiringProblem},
};

/// All of it, each kind in the order in which it is told.
#[derive(Debug, Serialize)]
pub(super) struct Findings {
    pub(super) wiring: Vec<WiringProblem>,
    pub(super) config: Vec<Problem>,
    /// What the program itself, its address or its data folder says against a start.
    pub(super) refusals: Vec<String>,
    #[serde(skip)]
    is_unsafe: bool,
}

impl Findings {
    /// Looks at the configuration, and at the builder that is made with it.
    pub(super) fn of(
        registry: &Registry,
        loaded: Result<Config, Vec<Problem>>,
        build: impl FnOnce(Config) -> DaemonResult<Builder>,
    ) -> (Self, Option<Builder>) {
        let (config, problems) = match loaded {
            Ok(config) => {
                let problems = config::problems(registry, &config);
                (config, problems)
            }
            Err(problems) => (Config::default(), problems),
        };
        let wiring = wiring::check(registry);
        let mut findings = Self { wiring, config: problems, refusals: Vec::new(), is_unsafe: false };
        if let Some(error) = config::views(&config).ok().flatten().and_then(http::refusal) {
            findings.is_unsafe = true;
            findings.refuse(error.into());
        }
        let builder = build(config).map_err(|error| findings.refuse(error)).ok();
        let builder = builder.map(|mut builder| {
            let (missing, refusals) = builder.obstacles();
            findings.wiring.extend(missing);
            refusals.into_iter().for_each(|error| findings.refuse(error.into()));
            builder
        });
        findings.wiring.sort();
        (findings, builder)
    }

    fn refuse(&mut self, error: BoxError) {
        self.refusals.push(Chain(&*error).to_string());
    }

    /// How many errors there are, and how many warnings.
    pub(super) fn count(&self) -> (usize, usize) {
        let is_error = |problem: &&WiringProblem| problem.severity == Severity::Error;
        let wrong = self.wiring.iter().filter(is_error).count();
        (wrong + self.config.len() + self.refusals.len(), self.wiring.len() - wrong)
    }

    /// How a start ends that is not made for it.
    pub(super) fn code(&self) -> u8 {
        let is_wired = self.wiring.iter().all(|problem| problem.severity == Severity::Warning);
        match (is_wired && self.config.is_empty(), self.is_unsafe) {
            (false, _) => exit_code::CONFIG,
            (true, true) => exit_code::UNSAFE_BIND,
            (true, false) => exit_code::ERROR,
        }
    }

    /// One paragraph each.
    pub(super) fn page(&self) -> String {
        let config = self.config.iter().map(|problem| format!("error: {problem}\n"));
        let refusals = self.refusals.iter().map(|refusal| format!("error: {refusal}\n"));
        config.chain(refusals).chain(self.wiring.iter().map(|problem| format!("{problem}\n"))).collect()
    }
}
