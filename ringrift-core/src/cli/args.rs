//! What can be typed, and its help. The word PROGRAM stands for the binary's name.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::config;
use crate::{Category, http::DEFAULT_BIND, nearest::nearest};

/// Runs, checks and shows the background daemons of this program.
#[derive(Debug, Parser)]
#[command(
    version = concat!("(ringrift ", env!("CARGO_PKG_VERSION"), ")"),
    propagate_version = true,
    after_help = "Exit codes: 0 ok, 1 error, 2 usage, 3 degraded and 4 failed (status),\n\
                  64 bad configuration or wiring (`check`: 1), 70 something could not be stopped,\n\
                  78 refused to listen on an unsafe address.\n\n\
                  `PROGRAM <command> --help` shows examples."
)]
pub(super) struct Cli {
    /// The binary's name, for messages.
    #[arg(skip)]
    pub(super) program: String,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start the daemons and keep them running until Ctrl-C
    Run(RunArgs),
    /// List the daemons of this program
    List(ListArgs),
    /// Show all that is declared of one daemon
    Show(ShowArgs),
    /// Check the wiring and the configuration, without starting anything
    Check(CheckArgs),
    /// Draw how the daemons are joined
    Graph(GraphArgs),
    /// Show the daemons of a running process
    Status(StatusArgs),
    /// List the events, who emits and who handles them
    Events(EventsArgs),
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ConfigArgs {
    /// Configuration file [default: ringrift.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Set one value, as in `--set daemons.auto_sync.options.cycle=30s`
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub(super) settings: Vec<(String, String)>,
}

#[derive(Debug, Args)]
#[command(after_help = "The first Ctrl-C (or SIGTERM) stops in order, the second at once. The exit code is 0, \
                        1 when a critical daemon fails for good, 64 when the configuration or the wiring is \
                        wrong, 70 when something can't be stopped.\n\n\
                        Examples:\n  PROGRAM run\n  PROGRAM run --profile coordinator --strict\n  PROGRAM run --daemon auto_sync --for 60s --log-level debug\n  PROGRAM run --config prod.toml --set daemons.auto_sync.options.cycle=30s --log json")]
pub(super) struct RunArgs {
    /// Run the daemons of this profile
    #[arg(long)]
    pub(super) profile: Option<String>,
    /// Run this daemon and what it depends on; may be repeated
    #[arg(long)]
    pub(super) daemon: Vec<String>,
    /// Run the daemons of this category and what they depend on; may be repeated
    #[arg(long, value_parser = category)]
    pub(super) category: Vec<Category>,
    /// Stop in order after this time, as in `60s` or `5m`
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub(super) limit: Option<Duration>,
    /// Stop everything when the first start of a daemon fails
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    #[arg(
        long,
        value_name = "ADDR",
        value_parser = bind_address,
        conflicts_with = "no_http",
        help = format!("Serve the HTTP views at this loopback address; port 0 takes any free one [default: {DEFAULT_BIND}]"),
    )]
    pub(super) http: Option<SocketAddr>,
    /// Serve no HTTP views
    #[arg(long)]
    pub(super) no_http: bool,
    /// How log lines look
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Pretty)]
    pub(super) log: LogFormat,
    /// Which log lines are written: a level, or levels per target as in `info,my_app=debug` [env: RINGRIFT_LOG] [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A line for people
    Pretty,
    /// A line of JSON
    Json,
}

#[derive(Debug, Default, Args)]
#[command(
    after_help = "Examples:\n  PROGRAM list\n  PROGRAM list --category sync --category queue\n  PROGRAM list --json | jq -r '.[].name'"
)]
pub(super) struct ListArgs {
    /// Only daemons of this category; may be repeated
    #[arg(long, value_parser = category)]
    pub(super) category: Vec<Category>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:\n  PROGRAM show auto_sync\n  PROGRAM show auto_sync --json")]
pub(super) struct ShowArgs {
    /// The daemon's name
    pub(super) daemon: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "Every problem is reported at once. The exit code is 1 when one is an error.\n\n\
                        Examples:\n  PROGRAM check\n  PROGRAM check --config /etc/PROGRAM/ringrift.toml --json")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  PROGRAM graph\n  PROGRAM graph --events --focus auto_sync\n  PROGRAM graph --format dot | dot -Tsvg > daemons.svg\n  PROGRAM graph --format mermaid --events >> README.md"
)]
pub(super) struct GraphArgs {
    /// How to draw it
    #[arg(long, short, value_enum, default_value_t = GraphFormat::Tree)]
    pub(super) format: GraphFormat,
    /// Draw who sends which event to whom, too
    #[arg(long)]
    pub(super) events: bool,
    /// Only this daemon, what it reaches and what reaches it
    #[arg(long, value_name = "DAEMON")]
    pub(super) focus: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Under each daemon what it depends on
    Tree,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "The exit code is 0 when all is well, 3 when a daemon is not in order, 4 when one has\n\
                        failed for good or a critical one is unhealthy, 1 when nothing answers, 64 when the\n\
                        configuration is wrong.\n\n\
                        Examples:\n  PROGRAM status\n  PROGRAM status auto_sync\n  PROGRAM status --watch\n  PROGRAM status --json | jq '.daemons[] | select(.state != \"running\")'")]
pub(super) struct StatusArgs {
    /// Only this daemon, in detail
    pub(super) daemon: Option<String>,
    /// Show it again every 2 seconds until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    pub(super) watch: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    #[arg(
        long,
        value_name = "ADDR",
        value_parser = address,
        help = format!("Where the process serves its views [default: `runtime.http` of the configuration, {DEFAULT_BIND}]"),
    )]
    pub(super) http: Option<String>,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
}

#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:\n  PROGRAM events\n  PROGRAM events --json | jq '.[] | select(.emitters == [])'")]
pub(super) struct EventsArgs {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

fn category(name: &str) -> Result<Category, String> {
    let names = Category::ALL.map(Category::as_str);
    Category::from_name(&name.to_ascii_lowercase()).ok_or_else(|| match nearest(name, names) {
        Some(nearest) => format!("no category is called that; did you mean `{nearest}`?"),
        None => format!("no category is called that; there are: {}", names.join(", ")),
    })
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as `section.key=value`")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// `host:port`; a URL of it is understood too.
fn address(text: &str) -> Result<String, String> {
    let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
    let port = address.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(address.to_owned()),
        _ => Err("write it as `host:port`, as in `127.0.0.1:8790`".to_owned()),
    }
}

fn bind_address(text: &str) -> Result<SocketAddr, String> {
    config::address(text).ok_or("write an address and a port, as in `127.0.0.1:8790`, or `--no-http`".to_owned())
}

/// A span of time.
fn span(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "write a duration, such as `60s`, `5m` or `1h 30m`".to_owned())
}
