//! Kills victims in every way, over and over.

use std::{error::Error, io, os::unix::process::ExitStatusExt, path::PathBuf, time::Duration};

use tokio::time::Instant;

use super::{
    files::Folder,
    kill::{drain, kill_in_the_middle, succeeded, victim},
    sections,
    verdict::{self, Verdict},
};

/// What is done, and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// No new folder is begun after it.
    pub time: Duration,
    /// Of every random choice.
    pub seed: u64,
    /// The program that is killed.
    pub victim: PathBuf,
}

/// What was found.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "each is a line of the report")]
pub struct Figures {
    pub kills: u64,
    pub crashes: u64,
    pub disks: u64,
    pub acknowledged: usize,
    pub repeated: usize,
    pub interrupted: usize,
    pub kept: usize,
    pub resumed_ms: u64,
    pub sections: Vec<(String, String)>,
    pub violations: Vec<String>,
}

impl Figures {
    /// Adds a line to the report.
    pub(super) fn section(&mut self, name: impl Into<String>, found: String) {
        self.sections.push((name.into(), found));
    }

    /// What must be so, or is a violation.
    pub(super) fn expect(&mut self, is_so: bool, violation: impl FnOnce() -> String) {
        if !is_so {
            self.violations.push(violation());
        }
    }

    /// Adds what was found in a folder.
    pub(super) fn add(&mut self, verdict: Verdict) {
        self.acknowledged += verdict.acknowledged;
        self.repeated += verdict.repeated;
        self.interrupted += verdict.interrupted;
        self.kept += verdict.kept;
        self.violations.extend(verdict.violations);
    }
}

/// How often one folder's victims are killed, before a look at what is left and a new folder.
const KILLS: u64 = 10;
/// The signal of a process that has aborted.
pub const ABORTED: i32 = 6;
/// The longest that a victim works.
const LONGEST_MS: u64 = 250;

pub(super) type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Tortures for as long as the plan says; what is looked at once follows, and a storm ends it.
///
/// # Errors
/// When a victim can't be started, or its files not be read.
pub fn run(plan: &Plan) -> Result<Figures> {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let mut figures = Figures::default();
    let begun = Instant::now();
    while begun.elapsed() < plan.time {
        kills(plan, &mut random, &mut figures)?;
        crashes(plan, &mut random, &mut figures)?;
        disks(plan, &mut figures)?;
    }
    sections::run(plan, &mut random, &mut figures)?;
    Ok(figures)
}

fn kills(plan: &Plan, random: &mut fastrand::Rng, figures: &mut Figures) -> Result {
    let (_place, folder) = place()?;
    for round in 0..KILLS {
        kill_in_the_middle(&plan.victim, &folder, round, Duration::from_millis(random.u64(0..LONGEST_MS)))?;
        figures.kills += 1;
    }
    look(plan, &folder, figures)
}

fn crashes(plan: &Plan, random: &mut fastrand::Rng, figures: &mut Figures) -> Result {
    let (_place, folder) = place()?;
    let path = folder.root().to_string_lossy().into_owned();
    for (round, point) in ringrift_core::FAIL_POINTS.iter().enumerate() {
        let passes = random.u64(0..60);
        let mut command = victim(&plan.victim, &["work", &path, &round.to_string()]);
        let output = command.env("FAILPOINTS", format!("{point}={passes}*off->return(kill)")).output()?;
        let is_aborted = output.status.signal() == Some(ABORTED);
        figures.expect(is_aborted, || format!("{point} was never passed: {output:?}"));
        figures.crashes += 1;
    }
    look(plan, &folder, figures)
}

fn disks(plan: &Plan, figures: &mut Figures) -> Result {
    for role in [&["full"][..], &["pages"], &["sync"], &["letter", "room"]] {
        let (_place, folder) = place()?;
        let path = folder.root().to_string_lossy();
        let output = victim(&plan.victim, &[&role[..1], &[&path], &role[1..]].concat()).output()?;
        match succeeded(&output) {
            Ok(said) => {
                let resumed = |line: &str| line.strip_prefix("resumed after ")?.strip_suffix(" ms")?.parse().ok();
                let ms: Option<u64> = said.lines().filter_map(resumed).max();
                figures.resumed_ms = figures.resumed_ms.max(ms.unwrap_or_default());
            }
            Err(error) => figures.violations.push(format!("{}: {error}", role.join(" "))),
        }
        look(plan, &folder, figures)?;
    }
    figures.disks += 1;
    Ok(())
}

/// Drains what is left, and adds what is found.
fn look(plan: &Plan, folder: &Folder, figures: &mut Figures) -> Result {
    drain(&plan.victim, folder)?;
    figures.add(verdict::of(folder)?);
    Ok(())
}

/// A folder whose syncs cost nothing, where the machine has one: a killed process loses no write either way.
///
/// # Errors
/// When no folder can be made.
pub fn place() -> io::Result<(tempfile::TempDir, Folder)> {
    let place = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
    let folder = Folder(place.path().to_owned());
    Ok((place, folder))
}
