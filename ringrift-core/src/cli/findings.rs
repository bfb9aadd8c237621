//! What keeps a program from starting, as far as it can be told without a start: `check` tells it, and `run`
//! starts nothing.

use serde::Serialize;

use super::{config, exit_code};
#[cfg(feature = "store")]
use crate::store::error::OpenError;
use crate::{
    DaemonResult, Registry,
    config::{Config, problem::Problem},
    delivery::guard::{BoxError, Chain},
    http,
    runtime::{Builder, StartError},
    wiring::{self, Severity, WiringProblem},
};

/// All of it, each kind in the order in which it is told.
#[derive(Debug, Default, Serialize)]
pub(super) struct Findings {
    wiring: Vec<WiringProblem>,
    config: Vec<Problem>,
    /// What the program itself, its address or its store says against a start.
    refusals: Vec<Refusal>,
    /// What keeps it from starting as this user, here: its data folder.
    warnings: Vec<String>,
}

/// Why nothing is started; as JSON, its message.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Refusal {
    message: String,
    /// The exit code.
    #[serde(skip)]
    code: u8,
}

impl Findings {
    /// Looks at the configuration, and at the builder that is made with it, which is given back.
    pub(super) fn of(
        registry: &Registry,
        loaded: Result<Config, Vec<Problem>>,
        build: impl FnOnce(Config) -> DaemonResult<Builder>,
    ) -> (Self, Option<Builder>) {
        let mut findings = Self { wiring: wiring::check(registry), ..Self::default() };
        let (config, is_read) = match loaded {
            Ok(config) => {
                findings.config = config::problems(registry, &config);
                (config, true)
            }
            Err(problems) => {
                findings.config = problems;
                (Config::default(), false)
            }
        };
        if let Some(error) = config::views(&config).ok().flatten().and_then(http::refusal) {
            findings.refuse(exit_code::UNSAFE_BIND, error.into());
        }
        let mut builder = build(config).map_err(|error| findings.refuse(exit_code::ERROR, error)).ok();
        if let Some(builder) = builder.as_mut().filter(|_| is_read) {
            findings.obstacles(builder);
        }
        findings.wiring.sort();
        (findings, builder)
    }

    fn obstacles(&mut self, builder: &mut Builder) {
        let (missing, refusals) = builder.obstacles();
        self.wiring.extend(missing);
        for error in refusals {
            match error {
                StartError::Selection(_) => self.refuse(exit_code::CONFIG, error.into()),
                #[cfg(feature = "store")]
                StartError::Store(OpenError::Folder { .. }) => self.warnings.push(Chain(&error).to_string()),
                _ => self.refuse(exit_code::ERROR, error.into()),
            }
        }
    }

    /// The same for a start that is made as this user, here.
    pub(super) fn of_a_start(mut self) -> Self {
        let warnings = self.warnings.drain(..);
        self.refusals.extend(warnings.map(|message| Refusal { message, code: exit_code::ERROR }));
        self
    }

    fn refuse(&mut self, code: u8, error: BoxError) {
        self.refusals.push(Refusal { message: Chain(&*error).to_string(), code });
    }

    /// How many errors there are, and how many warnings.
    pub(super) fn count(&self) -> (usize, usize) {
        let is_error = |problem: &&WiringProblem| problem.severity == Severity::Error;
        let wrong = self.wiring.iter().filter(is_error).count();
        (wrong + self.config.len() + self.refusals.len(), self.wiring.len() - wrong + self.warnings.len())
    }

    /// How a start ends that is not made for it.
    pub(super) fn code(&self) -> u8 {
        let is_wired = self.wiring.iter().all(|problem| problem.severity == Severity::Warning);
        let of_config = (!is_wired || !self.config.is_empty()).then_some(exit_code::CONFIG);
        let is_told = |code: &u8| of_config == Some(*code) || self.refusals.iter().any(|it| it.code == *code);
        [exit_code::CONFIG, exit_code::UNSAFE_BIND].into_iter().find(is_told).unwrap_or(exit_code::ERROR)
    }

    /// One paragraph each.
    pub(super) fn page(&self) -> String {
        let config = self.config.iter().map(|problem| format!("error: {problem}\n"));
        let refusals = self.refusals.iter().map(|Refusal { message, .. }| format!("error: {message}\n"));
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}\n"));
        config.chain(refusals).chain(warnings).chain(self.wiring.iter().map(|problem| format!("{problem}\n"))).collect()
    }
}
