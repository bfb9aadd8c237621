//! `status`: the daemons of a running process, through its views.

mod detail;
mod table;
mod verdict;
mod watch;

use tokio::runtime::Builder;

use super::{
    answer::{Answer, unknown},
    args::StatusArgs,
    client, config, exit_code,
    terminal::Terminal,
};
use crate::{
    config::problem::ConfigError, delivery::guard::BoxError, http::DEFAULT_BIND, nearest::nearest,
    runtime::snapshot::Snapshot,
};

pub(super) fn status(args: &StatusArgs, program: &str, terminal: Terminal) -> Answer {
    let address = match &args.http {
        Some(address) => address.clone(),
        None => match configured_address(args) {
            Ok(address) => address,
            Err(error) => return Answer::error(exit_code::CONFIG, &*error),
        },
    };
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Answer::error(exit_code::ERROR, &error),
    };
    if args.watch {
        return runtime.block_on(watch::watch(&address, program, args, terminal));
    }
    match runtime.block_on(client::snapshot(&address, program)) {
        Ok(snapshot) => render(&snapshot, args, terminal),
        Err(error) => Answer::error(exit_code::ERROR, &error),
    }
}

/// Where the same configuration would serve the views.
fn configured_address(args: &StatusArgs) -> Result<String, BoxError> {
    let views = config::load(&args.config).and_then(|config| config::views(&config)).map_err(ConfigError::from)?;
    let off = "`http` is `off` in the configuration, so there is nothing to ask; name an address with `--http`";
    let address = views.ok_or(off)?;
    Ok(if address.port() == 0 { DEFAULT_BIND } else { address }.to_string())
}

fn render(snapshot: &Snapshot, args: &StatusArgs, terminal: Terminal) -> Answer {
    let Some(name) = &args.daemon else {
        let answer = match args.json {
            true => Answer::json(snapshot),
            false => Answer::results(table::table(snapshot, terminal)),
        };
        return answer.code(verdict::of_all(snapshot));
    };
    let wanted = name.to_ascii_lowercase();
    match snapshot.daemons.iter().find(|daemon| daemon.name == wanted) {
        Some(daemon) => {
            let answer = match args.json {
                true => Answer::json(daemon),
                false => Answer::results(detail::page(daemon, snapshot)),
            };
            answer.code(verdict::of(daemon))
        }
        None => {
            let names: Vec<&str> = snapshot.daemons.iter().map(|it| it.name.as_str()).collect();
            unknown("daemon", name, nearest(name, names.iter().copied()), &names)
        }
    }
}
