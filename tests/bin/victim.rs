//! A program that tests kill: see `ringrift_tests::crash`.

use std::{error::Error, process::ExitCode};

use ringrift_tests::crash::{roles, stubborn};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|command| command == "run") {
        return stubborn::main();
    }
    // Reads `FAILPOINTS` of the environment.
    let scenario = fail::FailScenario::setup();
    let outcome = role(&arguments);
    scenario.teardown();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn role(arguments: &[String]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    tokio.block_on(roles::run(arguments))
}
