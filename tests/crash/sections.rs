//! What torture looks at once each: a line of the report, and what is wrong.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use serde::de::DeserializeOwned;

use super::{
    blocked,
    disk::RESUMES_WITHIN,
    kill::{drain, succeeded, victim},
    poison, recovery, slow, starved, storm,
    stubborn::{Stubborn, end},
    suspend::suspend,
    torture::{ABORTED, Figures, Plan, Result, place},
    verdict,
};

/// In which a daemon that goes wrong is named, beyond the limit that it has itself.
const NAMED_WITHIN: Duration = Duration::from_secs(5);
/// By how much a cycle of the others may be late while they have a worker.
const LATE_WITHIN: Duration = Duration::from_secs(1);
/// Who goes wrong among the others: the line, the role, the culprit's own limit in seconds and its name.
const CULPRITS: [(&str, &[&str], u64, &str); 5] = [
    ("0 of 2 blocked", &["block", "0"], 0, ""),
    ("1 of 2 blocked", &["block", "1"], 0, ""),
    (ALL_BLOCKED, &["block", "2"], 0, ""),
    ("1 hangs", &["hang"], 2, "stall_after"),
    ("1 does not end", &["cling"], STOP_TIMEOUT.as_secs(), "stop_timeout"),
];
const ALL_BLOCKED: &str = "2 of 2 blocked";
/// By how much the memory may grow beside a slow handler.
const GROWTH_PERCENT: f64 = 10.0;
/// The storm at the end.
const STORM: [&str; 3] = ["storm", "1000000", "100"];
/// How many deliveries a killed process leaves to the next.
const PENDING: u64 = 100_000;
/// How many events each round of poison has.
const FOOD: &str = "100000";
const KINDS: [&str; 2] = ["transient", "durable"];
/// The stop timeout of a daemon that names none, and what the stop of everything may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const STOPS_WITHIN: Duration = Duration::from_millis(25_500);

/// Every section.
pub(super) fn run(plan: &Plan, random: &mut fastrand::Rng, figures: &mut Figures) -> Result {
    recovered(plan, figures)?;
    starved(plan, figures)?;
    CULPRITS.into_iter().try_for_each(|culprit| among_others(plan, culprit, figures))?;
    let seconds = (plan.time.as_secs() / 10).max(5);
    slow_handler(plan, seconds, figures)?;
    KINDS.into_iter().try_for_each(|kind| poisoned(plan, kind, figures))?;
    [1, 50].into_iter().try_for_each(|daemons| stubborn(plan, daemons, figures))?;
    suspended(plan, Duration::from_millis(random.u64(2_000..1_000 * seconds)), figures)?;
    storm(plan, figures)
}

fn recovered(plan: &Plan, figures: &mut Figures) -> Result {
    let (_place, folder) = place()?;
    let path = folder.root().to_string_lossy();
    let killed = victim(&plan.victim, &["owe", &path, &PENDING.to_string()]).output()?;
    figures.expect(killed.status.signal() == Some(ABORTED), || format!("recovery: {killed:?}"));
    let found: recovery::Figures = role(plan, &["recover", &path])?;
    figures
        .section("recovery", format!("{} pending deliveries handled {} ms after the start", found.pending, found.ms));
    let is_exact = (found.pending, found.handled) == (PENDING, PENDING);
    figures.expect(is_exact, || format!("recovery: {found:?}"));
    Ok(())
}

/// What daemons do on a full disk, and how soon they go on.
fn starved(plan: &Plan, figures: &mut Figures) -> Result {
    let (_place, folder) = place()?;
    let found: starved::Figures = role(plan, &["starve", &folder.root().to_string_lossy()])?;
    figures.section("daemons, full disk", format!("all go on {} ms after there is room", found.resumed_ms));
    figures.expect(found.is_well(), || format!("daemons, full disk: {found:?}"));
    let goes_on = Duration::from_millis(found.resumed_ms) <= RESUMES_WITHIN;
    figures.expect(goes_on, || format!("daemons, full disk: they go on after {} ms", found.resumed_ms));
    Ok(())
}

/// What a role of the victim said, on two workers.
fn role<T: DeserializeOwned>(plan: &Plan, arguments: &[&str]) -> Result<T> {
    let output = victim(&plan.victim, arguments).env("TOKIO_WORKER_THREADS", "2").output()?;
    Ok(serde_json::from_str(&succeeded(&output)?)?)
}

fn among_others(
    plan: &Plan,
    (name, arguments, limit, option): (&str, &[&str], u64, &str),
    figures: &mut Figures,
) -> Result {
    let found: blocked::Figures = role(plan, arguments)?;
    let ms = |us: u64| us as f64 / 1000.0;
    let delays = format!("p99 {:.1} ms, longest {:.1} ms", ms(found.p99_us), ms(found.longest_us));
    let own = if limit > 0 { format!(", its {option} is {limit} s") } else { String::new() };
    let named = found.named_ms.map_or(String::new(), |named| format!("; named after {named} ms{own}"));
    figures.section(name, format!("cycles of 100 others late by {delays}{named}"));
    figures.expect(found.unwell == 0, || format!("{name}: {} others are unwell", found.unwell));
    let limit = Duration::from_secs(limit) + NAMED_WITHIN;
    let is_named = found.named_ms.is_none_or(|named| u128::from(named) <= limit.as_millis());
    figures.expect(is_named, || format!("{name}: named after {:?} ms", found.named_ms));
    let go_on = u128::from(found.longest_us) <= LATE_WITHIN.as_micros() || name == ALL_BLOCKED;
    figures.expect(go_on, || format!("{name}: others late by {delays}"));
    Ok(())
}

fn slow_handler(plan: &Plan, seconds: u64, figures: &mut Figures) -> Result {
    let found: slow::Figures = role(plan, &["slow", &seconds.to_string()])?;
    let (account, growth) = (found.account, found.growth_percent());
    let lost = account.evicted + account.dropped;
    let (first, last) = found.resident_kib;
    let memory = format!("memory {first} to {last} KiB, {growth:+.1} %");
    let handled = format!("{} handled, {lost} dropped", account.handled);
    figures.section("slow handler", format!("{} owed in {seconds} s, {handled}; {memory}", account.owed));
    let is_exact = account.owed == 2 * found.events && account.handled + lost == account.owed;
    figures.expect(is_exact && found.runs == (account.handled, 0), || format!("slow handler: {found:?}"));
    figures.expect(growth < GROWTH_PERCENT, || format!("slow handler: {memory}"));
    Ok(())
}

fn poisoned(plan: &Plan, kind: &str, figures: &mut Figures) -> Result {
    let found: poison::Figures = role(plan, &["poison", kind, FOOD])?;
    let loss = format!("{:.0} events/s, {:.1} % less with poison", found.per_second, found.loss_percent());
    figures.section("poison, 1 in 100", format!("{kind}: {loss}"));
    let is_exact = (found.dead, found.handled) == (found.poison, found.events - found.poison);
    figures.expect(is_exact, || format!("poison: {found:?}"));
    Ok(())
}

fn stubborn(plan: &Plan, daemons: usize, figures: &mut Figures) -> Result {
    let made_of = Stubborn { deaf: 0, clings: daemons, blocked: 0, stop_timeout: STOP_TIMEOUT };
    let (once, twice) = (end(&plan.victim, made_of, 1)?, end(&plan.victim, made_of, 2)?);
    let second = format!("{} ms after a second signal", twice.took.as_millis());
    let code = once.code.map_or("no exit code".to_owned(), |code| format!("exit code {code}"));
    let first = format!("{code} after {} ms", once.took.as_millis());
    figures.section(format!("SIGTERM, {daemons} stuck"), format!("{first}, {second}"));
    for ended in [&once, &twice] {
        let is_told = (ended.code, ended.leaked()) == (Some(70), daemons);
        figures.expect(is_told, || format!("{daemons} stuck: {ended:?}"));
    }
    figures.expect(once.took <= STOPS_WITHIN, || format!("{daemons} stuck: {first}"));
    Ok(())
}

fn suspended(plan: &Plan, time: Duration, figures: &mut Figures) -> Result {
    let (_place, folder) = place()?;
    let found = suspend(&plan.victim, &folder, time)?;
    let back = format!("next event handled {} ms after SIGCONT", found.back_ms);
    figures.section("SIGSTOP", format!("for {} ms; {back}, {} restarts", found.away_ms, found.restarted));
    figures.expect((found.restarted, found.dead) == (0, 0), || format!("SIGSTOP: {found:?}"));
    drain(&plan.victim, &folder)?;
    figures.add(verdict::of(&folder)?);
    Ok(())
}

fn storm(plan: &Plan, figures: &mut Figures) -> Result {
    let found: storm::Figures = serde_json::from_str(&succeeded(&victim(&plan.victim, &STORM).output()?)?)?;
    let storm::Figures { events, subscribers, ms, deliveries_per_second, peak_kib, .. } = found;
    let storm =
        format!("{events} events at {subscribers} subscribers in {ms} ms, {deliveries_per_second} deliveries/s");
    let livez = format!("/livez p99 {:.1} ms of {}", found.livez_p99_us as f64 / 1000.0, found.livez_asked);
    figures.section("storm", format!("{storm}; at most {peak_kib} KiB; {livez}"));
    let account = [found.drop_oldest, found.drop_newest].into_iter().fold(found.block, storm::sum_of);
    let is_exact = account.owed == events * subscribers && account.is_closed();
    figures.expect(is_exact && found.livez_failed == 0, || format!("storm: {found:?}"));
    figures.expect(peak_kib <= storm::MOST_KIB, || format!("storm: {peak_kib} KiB of {}", storm::MOST_KIB));
    Ok(())
}
