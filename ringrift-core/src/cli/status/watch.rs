//! `status --watch`: the same page again and again.

use std::{io::stdout, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use super::{
    super::{
        answer::{Answer, say},
        args::StatusArgs,
        client, exit_code,
        terminal::Terminal,
    },
    render,
};

const PACE: Duration = Duration::from_secs(2);
/// Cursor home, and clear what is below: nothing flickers, nothing scrolls.
const REDRAW: &str = "\x1b[H\x1b[J";

/// Until Ctrl-C. A process that does not answer at first is an error; one that goes away is
/// waited for, as it may be restarting.
pub(super) async fn watch(address: &str, program: &str, args: &StatusArgs, terminal: Terminal) -> Answer {
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // One listener for all rounds: a Ctrl-C between two would be lost on the next.
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut is_first = true;
    loop {
        let round = async {
            ticks.tick().await;
            client::snapshot(address, program).await
        };
        let asked = tokio::select! {
            biased;
            _ = &mut interrupt => return Answer::default(),
            asked = round => asked,
        };
        let page = match asked {
            Ok(snapshot) => {
                let answer = render(&snapshot, args, terminal);
                if answer.code == exit_code::USAGE {
                    return answer;
                }
                answer.results
            }
            Err(error) if is_first => return Answer::error(exit_code::ERROR, &error),
            Err(error) => format!("{error}\n"),
        };
        is_first = false;
        // A pipe gets pages one after the other.
        let separator = if terminal.width.is_some() { REDRAW } else { "" };
        say(&mut stdout(), &format!("{separator}{page}\n"));
    }
}
