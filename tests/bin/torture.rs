//! The long form of the fault tests: kills programs for as long as it is told, and prints what it found.
//!
//! `cargo build -p ringrift-tests --bins && cargo run -p ringrift-tests --bin torture -- --minutes 20 --seed 7`
//!
//! Ends with 1 when anything was found that must not be. The victims are started from the folder of this
//! program, so build both.

#![expect(clippy::print_stdout, reason = "it prints its figures")]

use std::{error::Error, process::ExitCode, time::Duration};

use ringrift_tests::crash::torture::{Figures, Plan, run};

const USAGE: &str = "torture [--minutes N] [--seed S]";

fn main() -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let plan = plan(std::env::args().skip(1))?;
    println!("seed {}, {} minutes", plan.seed, plan.time.as_secs() / 60);
    let figures = run(&plan)?;
    report(&figures);
    let is_well = figures.violations.is_empty();
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn plan(mut arguments: impl Iterator<Item = String>) -> Result<Plan, Box<dyn Error + Send + Sync>> {
    let mut plan = Plan { time: Duration::from_secs(60), seed: fastrand::u64(..), victim: beside()? };
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

/// The victim in the folder of this program.
fn beside() -> Result<std::path::PathBuf, Box<dyn Error + Send + Sync>> {
    let victim = std::env::current_exe()?.with_file_name("victim");
    if victim.exists() { Ok(victim) } else { Err(format!("`{}` is not built", victim.display()).into()) }
}

fn report(figures: &Figures) {
    println!("kill -9              {} rounds", figures.kills);
    println!("crash points         {} crashes", figures.crashes);
    println!("full, letter, sync   {} each", figures.disks);
    println!("acknowledged         {}", figures.acknowledged);
    println!("handlers run again   {}", figures.repeated);
    println!("effects interrupted  {}", figures.interrupted);
    println!("full disk            resumed within {} ms", figures.resumed_ms);
    figures.sections.iter().for_each(|(name, found)| println!("{name:<20} {found}"));
    println!("violations           {}", figures.violations.len());
    figures.violations.iter().for_each(|violation| println!("  {violation}"));
}
