//! The long form of the fault tests: kills programs for as long as it is told, and prints what it found.
//!
//! `cargo run --release -p ringrift-tests --bin torture -- --minutes 20 --seed 7`
//!
//! Ends with 1 when anything was found that must not be. The program is its own victim: its first word then names
//! a role, see `ringrift_tests::crash::roles`.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::{error::Error, process::ExitCode, time::Duration};

use ringrift_tests::crash::{
    roles, stubborn,
    torture::{Figures, Plan, run},
};

const USAGE: &str = "torture [--minutes N] [--seed S]";

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first() {
        Some(role) if role == "run" => Ok(stubborn::main()),
        Some(role) if !role.starts_with("--") => victim(&arguments),
        _ => torture(arguments.into_iter()),
    }
}

fn victim(arguments: &[String]) -> Result<ExitCode> {
    // Reads `FAILPOINTS` of the environment.
    let scenario = fail::FailScenario::setup();
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = tokio.block_on(roles::run(arguments));
    scenario.teardown();
    outcome.map(|()| ExitCode::SUCCESS)
}

fn torture(arguments: impl Iterator<Item = String>) -> Result<ExitCode> {
    let plan = plan(arguments)?;
    println!("seed {}, {} minutes", plan.seed, plan.time.as_secs() / 60);
    let figures = run(&plan)?;
    report(&figures);
    let is_well = figures.violations.is_empty();
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan> {
    let mut plan = Plan { time: Duration::from_secs(60), seed: fastrand::u64(..), victim: std::env::current_exe()? };
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--minutes" => plan.time = Duration::from_secs(60 * value.parse::<u64>()?),
            "--seed" => plan.seed = value.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(plan)
}

fn report(figures: &Figures) {
    println!("kill -9              {} rounds", figures.kills);
    println!("crash points         {} crashes", figures.crashes);
    println!("failing disks        {} each: full, page limit, letter, sync", figures.disks);
    println!("acknowledged         {}", figures.acknowledged);
    println!("handlers run again   {}", figures.repeated);
    println!("effects interrupted  {}", figures.interrupted);
    println!("states, switches     {} acknowledged", figures.kept);
    println!("full disk            resumed within {} ms", figures.resumed_ms);
    figures.sections.iter().for_each(|(name, found)| println!("{name:<20} {found}"));
    println!("violations           {}", figures.violations.len());
    figures.violations.iter().for_each(|violation| println!("  {violation}"));
}
