//! From arguments to a builder and an address, or to the refusal that says all that is wrong.

use std::net::SocketAddr;

use super::super::{
    answer::{Answer, unknown},
    args::RunArgs,
    config,
    findings::Findings,
    human::plural,
    show::find,
};
use crate::{
    DaemonResult, DaemonType, Registry,
    config::{Config, problem::Problem},
    nearest::nearest,
    runtime::{Builder, profiles},
};

/// What `run` is about to do.
pub(super) struct Plan {
    pub(super) builder: Builder,
    pub(super) views: Views,
}

/// Where the HTTP views are to be served, if anywhere, and for which hosts besides their own.
pub(super) struct Views {
    pub(super) address: Option<SocketAddr>,
    pub(super) allowed_hosts: Vec<String>,
}

impl Plan {
    pub(super) fn new(
        registry: &Registry,
        args: &RunArgs,
        configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
    ) -> Result<Self, Answer> {
        let selection = Selection::new(registry, args)?;
        let mut views = Views { address: None, allowed_hosts: Vec::new() };
        let (findings, builder) = Findings::of(registry, merged(args), |config| {
            views.address = config::views(&config).unwrap_or_default();
            views.allowed_hosts = config::allowed_hosts(&config).unwrap_or_default();
            configure(selection.put(config::builder(registry, config, &args.config)))
        });
        let findings = findings.of_a_start();
        match (findings.count().0, builder) {
            (0, Some(builder)) => Ok(Self { builder, views }),
            (errors, _) => {
                let verdict = format!("nothing was started: {}", plural(errors, "error"));
                Err(Answer::default().note(findings.page().trim_end()).note(verdict).code(findings.code()))
            }
        }
    }
}

fn merged(args: &RunArgs) -> Result<Config, Vec<Problem>> {
    let mut layers = config::layers(&args.config);
    if let Some(address) = &args.http {
        layers = layers.set("runtime.http", address.to_string(), "--http");
    }
    if args.no_http {
        layers = layers.set("runtime.http", "off", "--no-http");
    }
    layers.build()
}

/// What the flags ask for.
struct Selection<'a> {
    args: &'a RunArgs,
    daemons: Vec<DaemonType>,
}

impl<'a> Selection<'a> {
    fn new(registry: &Registry, args: &'a RunArgs) -> Result<Self, Answer> {
        if let Some(profile) = &args.profile {
            let known: Vec<&str> = profiles(registry).into_iter().collect();
            if !known.contains(&profile.as_str()) {
                return Err(unknown("profile", profile, nearest(profile, known.iter().copied()), &known));
            }
        }
        let daemons = args.daemon.iter().map(|name| find(registry, name));
        Ok(Self { args, daemons: daemons.collect::<Result<_, _>>()? })
    }

    fn put(self, mut builder: Builder) -> Builder {
        if self.args.strict {
            builder = builder.strict(true);
        }
        if let Some(profile) = &self.args.profile {
            builder = builder.profile(profile);
        }
        builder = self.daemons.into_iter().fold(builder, Builder::daemon);
        self.args.category.iter().fold(builder, |builder, category| builder.category(*category))
    }
}
