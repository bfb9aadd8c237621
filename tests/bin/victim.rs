//! A program that tests kill: see `ringrift_tests::crash`.

use std::{error::Error, process::ExitCode};

use ringrift_tests::crash::roles;

#[tokio::main]
async fn main() -> ExitCode {
    // Reads `FAILPOINTS` of the environment.
    let scenario = fail::FailScenario::setup();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome: Result<(), Box<dyn Error + Send + Sync>> = roles::run(&arguments).await;
    scenario.teardown();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
