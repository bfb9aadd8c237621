//! Random streams of commands, against a model: after every one, each daemon is where the model says.
//!
//! Four daemons: `top` needs `middle`, which needs `base`; `loner` needs nobody. The clock is paused, and the
//! model says to the millisecond when something happens; but for handlers that hang, which the ticker ends
//! within a few ticks, and for the jitter of backoffs, which the model reads, and checks.

mod daemons;
mod drive;
mod life;
mod machine;

use std::cell::Cell;

use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use self::{daemons::Does, machine::DAEMONS};

/// Streams of up to so many commands, and how many there are at least in all.
const CASES: u32 = 270;
const LONGEST: usize = 800;
const IN_ALL: usize = 100_000;

/// What an operator, an emitter or fate does.
#[derive(Debug, Clone, Copy)]
enum Command {
    Start(usize),
    /// Whether with its dependents.
    Stop(usize, bool),
    Restart(usize),
    Reset(usize),
    Emit(usize, Does),
    /// A failure in `Running`.
    Fail(usize),
    /// So many of the next starts fail.
    FailStarts(usize, u32),
    /// Milliseconds of the paused clock.
    Advance(u64),
}

fn command() -> impl Strategy<Value = Command> {
    let daemon = || 0..DAEMONS;
    let does = prop_oneof![4 => Just(Does::Well), 2 => Just(Does::Err), 3 => Just(Does::Panic), 2 => Just(Does::Hang)];
    prop_oneof![
        3 => daemon().prop_map(Command::Start),
        2 => (daemon(), any::<bool>()).prop_map(|(daemon, with)| Command::Stop(daemon, with)),
        1 => daemon().prop_map(Command::Restart),
        1 => daemon().prop_map(Command::Reset),
        8 => (daemon(), does).prop_map(|(daemon, does)| Command::Emit(daemon, does)),
        3 => daemon().prop_map(Command::Fail),
        2 => (daemon(), 1..5_u32).prop_map(|(daemon, times)| Command::FailStarts(daemon, times)),
        4 => (1..2_000_u64).prop_map(Command::Advance),
        2 => (2_000..90_000_u64).prop_map(Command::Advance),
    ]
}

#[test]
fn any_stream_of_commands_leaves_every_daemon_where_the_model_says() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, b"ringrift: as the model has it so");
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (given, seen) = (Cell::new(0), Cell::new([0; 6]));
    let result = runner.run(&proptest::collection::vec(command(), 1..=LONGEST), |commands| {
        given.set(given.get() + commands.len());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let more = runtime.block_on(drive::check(&commands));
        seen.set(std::array::from_fn(|state| seen.get()[state] + more[state]));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    eprintln!("{} commands; seen waiting, running, stopping, backoff, failed, stopped: {:?}", given.get(), seen.get());
    assert!(given.get() >= IN_ALL && seen.get().iter().all(|times| *times > 100));
}
