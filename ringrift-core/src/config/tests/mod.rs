//! What an operator reads, and what a section gets.

mod layering;
mod listing;
mod report;
mod sections;
mod text;
mod values;

use std::num::NonZeroU32;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::config::duration::HumanDuration;
use crate::config::layers::Layers;
use crate::config::problem::{ConfigError, Problem};

#[derive(Debug, Deserialize, PartialEq)]
#[serde(default)]
struct Quality {
    threshold: f64,
    max_alerts: u32,
    cycle: HumanDuration,
    name: String,
    enabled: bool,
    hosts: Vec<String>,
    limits: Option<Limits>,
}

impl Default for Quality {
    fn default() -> Self {
        Self {
            threshold: 0.6,
            max_alerts: 10,
            cycle: HumanDuration(Duration::from_secs(300)),
            name: "quality".into(),
            enabled: true,
            hosts: Vec::new(),
            limits: None,
        }
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Limits {
    most: NonZeroU32,
    least: Option<u8>,
    mode: Mode,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Strict,
    Lenient,
    Custom { slack: f64 },
    Fixed(u8),
}

fn layers(toml: &str) -> Layers {
    Layers::default().text("ringrift.toml", toml)
}

fn build(layers: Layers) -> Config {
    layers.build().map_err(ConfigError::from).unwrap()
}

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// Checks the whole report of reading `[s]` as `T`.
fn check_report<T: DeserializeOwned + std::fmt::Debug>(layers: Layers, report: &[&str]) {
    let problems = build(layers).section::<T>("s").unwrap_err();
    assert_eq!(lines(&problems), report);
}

/// Checks that the text of a variable becomes the value.
fn check_adapts<T: DeserializeOwned + std::fmt::Debug + PartialEq>(text: &str, value: &T) {
    let config = build(Layers::default().env(env(&[("RINGRIFT__S__V", text)])));
    assert_eq!(config.section::<T>("s.v").as_ref(), Ok(value), "{text}");
}
