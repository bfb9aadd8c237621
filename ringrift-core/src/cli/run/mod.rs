//! `run`: starts the daemons, and keeps them running until a signal.

mod ending;
mod logs;
mod plan;
mod signals;
mod started;

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, runtime::Handle, task::JoinSet};
use tokio_util::sync::CancellationToken;

use self::{
    ending::Ending,
    logs::Voice,
    plan::{Plan, Views},
    signals::Signals,
};
use super::{answer::Answer, args::RunArgs, exit_code};
use crate::{
    DaemonResult, Registry,
    http::{self, BindError, Source},
    runtime::{Builder, Runtime, launched::Launched},
};

/// How long the views may take to close.
const VIEWS_CLOSE: Duration = Duration::from_secs(2);

pub(super) fn run(
    registry: &Registry,
    args: &RunArgs,
    configure: impl FnOnce(Builder) -> DaemonResult<Builder>,
) -> Answer {
    let voice = match logs::start(args) {
        Ok(voice) => voice,
        Err(answer) => return answer,
    };
    let plan = match Plan::new(registry, args, configure) {
        Ok(plan) => plan,
        Err(answer) => return answer,
    };
    let (operator, workers) = match threads() {
        Ok(threads) => threads,
        Err(error) => return Answer::error(exit_code::ERROR, &error),
    };
    let answer = operator.block_on(live(registry, plan.builder, plan.views, args.limit, voice, workers.handle()));
    // What is leaked may block a worker for ever; the end of the process is its end.
    workers.shutdown_background();
    answer.unwrap_or_else(|answer| answer)
}

/// This thread, which hears signals and stops everything in time, with timers of its own; and the threads of
/// the daemons, who may block them all.
fn threads() -> io::Result<(tokio::runtime::Runtime, tokio::runtime::Runtime)> {
    let operator = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok((operator, tokio::runtime::Builder::new_multi_thread().enable_all().build()?))
}

/// The address is taken before anything starts, so that a taken one stops nothing half-way.
async fn live(
    registry: &Registry,
    builder: Builder,
    views: Views,
    limit: Option<Duration>,
    voice: Voice,
    workers: &Handle,
) -> Result<Answer, Answer> {
    let mut signals = Signals::new().map_err(|error| Answer::error(exit_code::ERROR, &error))?;
    let listening = workers.spawn(listen(views.address)).await;
    let listener = listening.map_err(|error| Answer::error(exit_code::ERROR, &error))??;
    // Served while it starts, with `strict` too: a start may take its time.
    let launched = launched(builder, &mut signals, workers).await?;
    let runtime = &launched.runtime;
    #[cfg(feature = "store")]
    if let Some(file) = runtime.store_file() {
        voice.tell(&format!("store in {}", file.display()));
    }
    let close = CancellationToken::new();
    let mut server = JoinSet::new();
    if let Some(listener) = listener {
        let address = listener.local_addr();
        let address = address.map_err(|error| Answer::error(exit_code::ERROR, &error))?;
        voice.tell(&format!("views on http://{address}/, pid {}", std::process::id()));
        let source = source(registry, runtime).hosts(views.allowed_hosts);
        server.spawn_on(http::serve(listener, source, close.clone().cancelled_owned()), workers);
    }
    let ending = Ending::wait(registry, &launched, &mut signals, limit, voice).await;
    let report = ending::stop(&ending, runtime, &mut signals, voice).await;
    // The views show the stop too, and go last; unless nobody is left to serve them.
    close.cancel();
    let closed = async { while server.join_next().await.is_some() {} };
    _ = tokio::time::timeout(VIEWS_CLOSE, closed).await;
    Ok(ending::conclude(&ending, &report))
}

/// The store may take its time to open, and a value to be made; a signal ends it before anything runs.
async fn launched(builder: Builder, signals: &mut Signals, workers: &Handle) -> Result<Launched, Answer> {
    let launching = workers.spawn(builder.launch());
    let launched = tokio::select! {
        biased;
        launched = launching => launched,
        signal = signals.next() => return Err(Answer::default().note(format_args!("{signal}; nothing was started"))),
    };
    let launched = launched.map_err(|error| Answer::error(exit_code::ERROR, &error))?;
    launched.map_err(|error| Answer::error(exit_code::ERROR, &error))
}

fn source(registry: &Registry, runtime: &Runtime) -> Source {
    let runtime = runtime.clone();
    Source::new(registry, move || runtime.snapshot())
}

async fn listen(views: Option<SocketAddr>) -> Result<Option<TcpListener>, Answer> {
    let Some(address) = views else {
        return Ok(None);
    };
    let listener = http::bind(address).await.map_err(|error| {
        let code = match error {
            BindError::Unsafe(_) => exit_code::UNSAFE_BIND,
            BindError::Taken(_) | BindError::Io { .. } => exit_code::ERROR,
        };
        Answer::error(code, &error)
    })?;
    Ok(Some(listener))
}
