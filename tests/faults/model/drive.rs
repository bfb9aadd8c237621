//! Gives each command to the runtime and to the model, and compares the two.

use std::time::Duration;

use ringrift_core::{
    State,
    runtime::{Dependents, OperateError},
    testing::{Fault, FaultAt, TestKit},
};
use tokio::task::JoinSet;

use super::{
    Command,
    daemons::{Does, Work, kit, types},
    life::{Phase, STOP_TIMEOUT},
    machine::Machine,
};

/// A snapshot costs more than all the rest, so the accounts are compared after so many commands.
const BETWEEN_SNAPSHOTS: usize = 8;

struct Driver {
    kit: TestKit,
    model: Machine,
    seen: Seen,
}

/// How often a daemon was seen in each of the states of the model.
pub(super) type Seen = [u32; 6];

/// Gives the commands, and compares after each.
pub(super) async fn check(commands: &[Command]) -> Seen {
    let mut driver = Driver { kit: kit().await, model: Machine::new(), seen: [0; 6] };
    driver.advance(1).await;
    for some in commands.chunks(BETWEEN_SNAPSHOTS) {
        for command in some {
            driver.give(*command).await;
            driver.advance(1).await;
        }
        driver.compare_accounts();
    }
    driver.kit.finish().await;
    driver.seen
}

impl Driver {
    async fn give(&mut self, command: Command) {
        let (types, runtime) = (types(), self.kit.runtime().clone());
        match command {
            Command::Start(daemon) => {
                runtime.start_daemon(types[daemon]).unwrap();
                self.model.start(daemon);
            }
            Command::Stop(daemon, with_dependents) => self.stop(daemon, with_dependents).await,
            Command::Restart(daemon) => {
                self.let_the_hang_end().await;
                runtime.restart_daemon(types[daemon]).unwrap();
                self.model.restart(daemon);
            }
            Command::Reset(daemon) => {
                runtime.reset_daemon(types[daemon]).unwrap();
                self.model.reset(daemon);
            }
            Command::Emit(to, does) => self.emit(to, does).await,
            Command::Fail(daemon) => {
                if self.model.lives[daemon].is_running() {
                    self.kit.kill(types[daemon]);
                    self.model.fail(daemon);
                }
            }
            Command::FailStarts(daemon, times) => {
                self.kit.fault(types[daemon], FaultAt::Start, Fault::Error, times);
                self.model.fail_starts(daemon, times);
            }
            Command::Advance(ms) => self.advance(ms).await,
        }
    }

    /// Emits, unless that would wait. One handler hangs at a time, and no panic waits behind it: or the
    /// model would have to know to the millisecond when the ticker looks.
    async fn emit(&mut self, to: usize, does: Does) {
        let does = match does {
            Does::Panic if self.model.has_mail(Does::Hang) => Does::Err,
            Does::Hang if self.model.has_mail(Does::Hang) || self.model.has_mail(Does::Panic) => Does::Err,
            does => does,
        };
        if !self.model.is_full() {
            self.kit.emit(Work { to, does }).await;
            self.model.emit(to, does);
        }
    }

    /// Stops, and compares all the while.
    async fn stop(&mut self, daemon: usize, with_dependents: bool) {
        self.let_the_hang_end().await;
        let dependents = if with_dependents { Dependents::Stop } else { Dependents::Refuse };
        let (runtime, types) = (self.kit.runtime().clone(), types());
        let ty = types[daemon];
        let mut stop = JoinSet::new();
        stop.spawn(async move { runtime.stop_daemon(ty, dependents).await });
        let is_refused = !with_dependents && !self.model.dependents(daemon).is_empty();
        if !is_refused {
            self.model.stop(daemon);
        }
        self.advance(1).await;
        let stopped = loop {
            match stop.try_join_next() {
                Some(stopped) => break stopped.unwrap(),
                None => self.advance(STOP_TIMEOUT).await,
            }
        };
        match stopped {
            Ok(()) => assert!(!is_refused),
            Err(OperateError::HasDependents { dependents, .. }) => {
                let mut expected: Vec<_> =
                    self.model.dependents(daemon).into_iter().map(|other| types[other]).collect();
                expected.sort();
                let mut found = dependents;
                found.sort();
                assert_eq!((is_refused, found), (true, expected));
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A stop cuts off what hangs after a time that is known; the ticker ends it after one that is not.
    async fn let_the_hang_end(&mut self) {
        if let Some(ends) = self.model.hang_ends()
            && ends < self.model.now + STOP_TIMEOUT + 500
        {
            self.advance(ends - self.model.now + 1).await;
        }
    }

    /// Lets time pass from event to event, and compares after each; and a little longer, where the end is
    /// at a moment of which the model does not know whether something has happened yet.
    async fn advance(&mut self, ms: u64) {
        let target = self.model.now + ms;
        loop {
            let next = self.model.events().map(|(_, until)| until + 1).min();
            let next = self.quiet(next.unwrap_or(target).min(target).max(self.model.now + 1));
            self.kit.advance(Duration::from_millis(next - self.model.now)).await;
            self.model.advance(next);
            self.compare();
            if next >= target {
                return;
            }
        }
    }

    fn quiet(&self, mut at: u64) -> u64 {
        while let Some((_, until)) = self.model.events().find(|(from, until)| (*from..=*until).contains(&at)) {
            at = until + 1;
        }
        at
    }

    fn compare(&mut self) {
        for (ty, life) in types().into_iter().zip(&mut self.model.lives) {
            let state = self.kit.state(ty);
            assert!(is_alike(&mut life.phase, &state), "`{ty}` is {state:?} at {}, not {life:?}", self.model.now);
            self.seen[life.phase.number()] += 1;
        }
    }

    fn compare_accounts(&self) {
        let snapshot = self.kit.snapshot();
        for (ty, life) in types().into_iter().zip(&self.model.lives) {
            let found = snapshot.daemons.iter().find(|found| found.name == ty.as_str()).unwrap();
            let [handler] = &found.handlers[..] else { panic!("one handler") };
            let account = [handler.deliveries.owed, handler.deliveries.handled, handler.deliveries.dead];
            let now = self.model.now;
            assert_eq!((found.incarnation, account), (life.incarnation, life.account), "`{ty}` at {now}: {life:?}");
        }
    }
}

/// Whether the daemon is where the model says; the model learns how long a backoff is.
fn is_alike(phase: &mut Phase, state: &State) -> bool {
    match (phase, state) {
        (Phase::Waiting, State::Waiting { .. })
        | (Phase::Running { .. }, State::Running)
        | (Phase::Stopping { .. }, State::Stopping { .. })
        | (Phase::Failed { .. }, State::Failed { .. })
        | (Phase::Stopped, State::Stopped { .. }) => true,
        (Phase::Backoff { attempt, begun, until }, State::Backoff { attempt: found, delay, .. }) => {
            let nominal = [1.0, 2.0, 3.0][*attempt as usize - 1];
            *until = Some(*begun + delay.as_micros().div_ceil(1000) as u64);
            attempt == found && (delay.as_secs_f64() / nominal - 1.0).abs() <= 0.1
        }
        _ => false,
    }
}
