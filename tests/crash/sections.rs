//! What torture looks at once each: a line of the report, and what is wrong.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{
    blocked,
    kill::{drain, succeeded, victim},
    poison, slow, storm,
    stubborn::{Stubborn, end},
    suspend::suspend,
    torture::{Figures, Plan, Result, place},
    verdict,
};

/// In which a daemon that blocks is named.
const NAMED_WITHIN_MS: u64 = 5_000;
/// By how much the memory may grow beside a slow handler.
const GROWTH_PERCENT: f64 = 10.0;
/// The storm at the end.
const STORM: [&str; 3] = ["storm", "1000000", "100"];
/// How many events each round of poison has.
const FOOD: &str = "100000";
/// The stop timeout of a daemon that names none, and what the stop of everything may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
const STOPS_WITHIN: Duration = Duration::from_millis(25_500);

/// Every section.
pub(super) fn run(plan: &Plan, random: &mut fastrand::Rng, figures: &mut Figures) -> Result {
    (0..=2).try_for_each(|workers| block(plan, workers, figures))?;
    let seconds = (plan.time.as_secs() / 10).max(5);
    slow_handler(plan, seconds, figures)?;
    poisoned(plan, figures)?;
    [1, 50].into_iter().try_for_each(|daemons| stubborn(plan, daemons, figures))?;
    suspended(plan, Duration::from_millis(random.u64(2_000..1_000 * seconds)), figures)?;
    storm(plan, figures)
}

/// What a role of the victim said, on two workers.
fn role<T: DeserializeOwned>(plan: &Plan, arguments: &[&str]) -> Result<T> {
    let output = victim(&plan.victim, arguments).env("TOKIO_WORKER_THREADS", "2").output()?;
    Ok(serde_json::from_str(&succeeded(&output)?)?)
}

fn block(plan: &Plan, workers: usize, figures: &mut Figures) -> Result {
    let found: blocked::Figures = role(plan, &["block", &workers.to_string()])?;
    let ms = |us: u64| us as f64 / 1000.0;
    let delays = format!("p99 {:.1} ms, longest {:.1} ms", ms(found.p99_us), ms(found.longest_us));
    let named = found.named_ms.map_or(String::new(), |named| format!("; named after {named} ms"));
    figures.section(format!("{workers} of 2 blocked"), format!("cycles of 100 others late by {delays}{named}"));
    figures.expect(found.unwell == 0, || format!("{workers} blocked: {} others are unwell", found.unwell));
    let is_named = found.named_ms.is_none_or(|named| named <= NAMED_WITHIN_MS);
    figures.expect(is_named, || format!("{workers} blocked: named after {:?} ms", found.named_ms));
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

fn poisoned(plan: &Plan, figures: &mut Figures) -> Result {
    let found: poison::Figures = role(plan, &["poison", FOOD])?;
    let (without, with) = found.per_second;
    let letter = format!("{:.1} µs a dead letter", found.letter_us());
    let loss = format!("{without} to {with} events/s, {:.1} % less; {letter}", found.loss_percent());
    figures.section("poison, 1 in 100", loss);
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
    Ok(())
}
