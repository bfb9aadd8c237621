//! How a run ends: what ends it, the stop, and the exit code.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{
    super::{answer::Answer, exit_code, human::duration},
    logs::Voice,
    signals::Signals,
    started,
};
use crate::{
    DaemonType, Registry,
    runtime::{Runtime, StopReport, launched::Launched},
};

/// What ends a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// A signal, by what it says.
    Signal(&'static str),
    /// The time of `--for` is over.
    Elapsed,
    /// The failure of a daemon that escalates.
    Escalated(DaemonType, String),
    /// With `--strict`, the first daemon whose start failed.
    FailedStart(DaemonType, String),
}

impl Ending {
    /// Waits for the first of them, and tells when the first start is over.
    pub(super) async fn wait(
        registry: &Registry,
        launched: &Launched,
        signals: &mut Signals,
        limit: Option<Duration>,
        voice: Voice,
    ) -> Self {
        let mut elapsed = std::pin::pin!(async {
            match limit {
                Some(limit) => sleep(limit).await,
                None => std::future::pending().await,
            }
        });
        let runtime = &launched.runtime;
        let mut has_started = false;
        loop {
            tokio::select! {
                biased;
                signal = signals.next() => return Self::Signal(signal),
                failed = launched.first_start(), if !has_started => {
                    if let Some((daemon, cause)) = failed {
                        return Self::FailedStart(daemon, cause);
                    }
                    has_started = true;
                    let snapshot = runtime.snapshot();
                    voice.show(&started::table(registry, &snapshot));
                    voice.tell(&started::verdict(&snapshot));
                }
                (daemon, cause) = runtime.escalated() => {
                    // A start that failed since it was looked at may be what escalates, and goes first.
                    let failed = launched.failed_so_far().filter(|_| !has_started);
                    let escalated = Self::Escalated(daemon, cause);
                    return failed.map_or(escalated, |(daemon, cause)| Self::FailedStart(daemon, cause));
                }
                () = &mut elapsed => return Self::Elapsed,
            }
        }
    }

    fn cause(&self) -> String {
        match self {
            Self::Signal(signal) => (*signal).to_owned(),
            Self::Elapsed => "the time of --for is over".to_owned(),
            Self::Escalated(daemon, cause) => format!("critical daemon `{daemon}` failed: {cause}"),
            Self::FailedStart(daemon, cause) => format!("daemon `{daemon}` did not start: {cause}"),
        }
    }
}

/// Stops in order; the next signal ends that at once.
pub(super) async fn stop(ending: &Ending, runtime: &Runtime, signals: &mut Signals, voice: Voice) -> StopReport {
    voice.tell(&format!("{}; stopping in order (a signal stops at once)", ending.cause()));
    let before = Instant::now();
    let mut shutdown = std::pin::pin!(runtime.shutdown());
    let report = tokio::select! {
        report = shutdown.as_mut() => report,
        signal = signals.next() => {
            voice.tell(&format!("{signal} again; stopping at once"));
            runtime.stop_at_once();
            shutdown.await
        }
    };
    let took = u64::try_from(before.elapsed().as_millis()).unwrap_or(u64::MAX);
    voice.tell(&format!("stopped in {}", duration(took)));
    report
}

/// What was left behind, and the exit code.
pub(super) fn conclude(ending: &Ending, report: &StopReport) -> Answer {
    let mut answer = match ending {
        Ending::Signal(_) | Ending::Elapsed => Answer::default(),
        Ending::Escalated(..) | Ending::FailedStart(..) => Answer::failure(exit_code::ERROR, ending.cause()),
    };
    match report.undelivered - report.kept {
        0 => {}
        1 => answer = answer.note("1 delivery was still queued"),
        n => answer = answer.note(format_args!("{n} deliveries were still queued")),
    }
    match report.kept {
        0 => {}
        1 => answer = answer.note("1 delivery waits in the store for the next start"),
        n => answer = answer.note(format_args!("{n} deliveries wait in the store for the next start")),
    }
    for (daemon, cause) in &report.leaked {
        answer =
            answer.note(format_args!("error: daemon `{daemon}` could not be stopped: {cause}")).code(exit_code::LEAKED);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::{Ending, conclude};
    use crate::{
        DaemonType,
        cli::exit_code::{ERROR, LEAKED, OK},
        runtime::StopReport,
    };

    const SYNC: DaemonType = DaemonType::__new("auto_sync");

    fn check(ending: &Ending, leaked: &[&str], undelivered: u64, code: u8, notes: &str) {
        let leaked = leaked.iter().map(|cause| (SYNC, (*cause).to_owned()));
        let report = StopReport { leaked: leaked.collect(), undelivered, kept: 0 };
        let answer = conclude(ending, &report);
        assert_eq!((answer.code, answer.notes.as_str()), (code, notes));
        assert_eq!(answer.results, "");
    }

    #[test]
    fn a_clean_stop_is_ok_and_says_only_what_was_left() {
        check(&Ending::Signal("interrupted"), &[], 0, OK, "");
        check(&Ending::Elapsed, &[], 0, OK, "");
        check(&Ending::Elapsed, &[], 1, OK, "1 delivery was still queued\n");
        let report = StopReport { leaked: Vec::new(), undelivered: 5, kept: 3 };
        let told = "2 deliveries were still queued\n3 deliveries wait in the store for the next start\n";
        assert_eq!(conclude(&Ending::Elapsed, &report).notes, told);
    }

    #[test]
    fn an_escalation_is_an_error_that_names_the_daemon() {
        let ending = Ending::Escalated(SYNC, "no host answers".into());
        let notes = "error: critical daemon `auto_sync` failed: no host answers\n";
        check(&ending, &[], 0, ERROR, notes);
    }

    #[test]
    fn a_start_that_failed_is_an_error_that_names_the_daemon() {
        let ending = Ending::FailedStart(SYNC, "no host answers".into());
        check(&ending, &[], 0, ERROR, "error: daemon `auto_sync` did not start: no host answers\n");
    }

    #[test]
    fn what_is_left_behind_is_named_and_leaked_goes_before_all() {
        let ending = Ending::Escalated(SYNC, "it hangs".into());
        let notes = "error: critical daemon `auto_sync` failed: it hangs\n\
                     3 deliveries were still queued\n\
                     error: daemon `auto_sync` could not be stopped: its run_cycle does not end\n";
        check(&ending, &["its run_cycle does not end"], 3, LEAKED, notes);
    }
}
