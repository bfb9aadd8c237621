//! From arguments to a builder and an address, or to the refusal that says all that is wrong.

use std::net::SocketAddr;

use super::super::{
    answer::{Answer, unknown},
    args::RunArgs,
    config, exit_code,
    show::find,
};
use crate::{
    Registry,
    config::{
        Config,
        problem::{ConfigError, Problem},
    },
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
    pub(super) fn new(registry: &Registry, args: &RunArgs) -> Result<Self, Answer> {
        let config = merged(args).map_err(misconfigured)?;
        let problems = config::problems(registry, &config);
        if !problems.is_empty() {
            return Err(misconfigured(problems));
        }
        let views = Views {
            address: config::views(&config).map_err(misconfigured)?,
            allowed_hosts: config::allowed_hosts(&config).map_err(misconfigured)?,
        };
        let mut builder = config::builder(registry, config, &args.config);
        if args.strict {
            builder = builder.strict(true);
        }
        Ok(Self { builder: selected(registry, args, builder)?, views })
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

fn selected(registry: &Registry, args: &RunArgs, builder: Builder) -> Result<Builder, Answer> {
    let mut builder = builder;
    if let Some(profile) = &args.profile {
        let known: Vec<&str> = profiles(registry).into_iter().collect();
        if !known.contains(&profile.as_str()) {
            let nearest = nearest(profile, known.iter().copied());
            return Err(unknown("profile", profile, nearest, &known));
        }
        builder = builder.profile(profile);
    }
    for name in &args.daemon {
        builder = builder.daemon(find(registry, name)?);
    }
    for category in &args.category {
        builder = builder.category(*category);
    }
    Ok(builder)
}

fn misconfigured(problems: Vec<Problem>) -> Answer {
    Answer::error(exit_code::CONFIG, &ConfigError::from(problems))
}
