//! What a store holds besides events that are owed: dead letters, effects, states, and what operators did.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{READERS, event, register};
use crate::store::{
    audit::{self, Entry},
    deliveries::{self, DeliveryState},
    disabled,
    effects::{self, Effect},
    events,
    letter_rows::{self, StoredLetter},
    states,
};

/// The dead letters: by handler, number of the event, and state.
const LETTERS: [(usize, u8, DeliveryState); 3] =
    [(2, 1, DeliveryState::Dead), (2, 2, DeliveryState::Exhausted), (2, 4, DeliveryState::Discarded)];
/// The effects of deliveries that are owed, and of a dead letter; the last was cut off.
const EFFECTS: [(usize, u8, &str, Option<&str>); 4] =
    [(0, 7, "pay", Some("15")), (2, 7, "pay", Some("16")), (2, 1, "pay", Some("17")), (0, 7, "post", None)];
const STATE: &str = r#"{"seen":7}"#;
const DISABLED: &str = "sleeper";

fn letter(number: u8) -> String {
    format!(r#"{{"number":{number},"reason":"panic","error_chain":["no"],"failed":17}}"#)
}

fn noted() -> [Entry; 2] {
    ["sleeper", "seader"].map(|subject| Entry {
        at: 1_700_000_000_000,
        action: "disable".to_owned(),
        subject: subject.to_owned(),
        outcome: "done".to_owned(),
    })
}

/// The place of an event, if it is kept.
fn seq(connection: &Connection, number: u8) -> rusqlite::Result<Option<i64>> {
    events::find(connection, &event(number).id)
}

/// In a store that has the events; again, it changes nothing.
pub(super) fn fill(connection: &Connection) -> rusqlite::Result<()> {
    let ids = register(connection)?;
    let seq = |number| seq(connection, number).map(|seq| seq.expect("it is kept"));
    for (reader, number, state) in LETTERS {
        deliveries::put(connection, (ids[reader], seq(number)?), state, Some(&letter(number)), 0)?;
    }
    for (reader, number, name, value) in EFFECTS {
        effects::begin(connection, (ids[reader], seq(number)?), name)?;
        if let Some(value) = value {
            effects::done(connection, (ids[reader], seq(number)?), name, value)?;
        }
    }
    states::save(connection, ("reader", "state"), STATE, 0)?;
    disabled::add(connection, DISABLED, 0)?;
    if audit::newest(connection, 9)?.is_empty() {
        noted().iter().try_for_each(|entry| audit::append(connection, entry))?;
    }
    Ok(())
}

/// What was found of it.
pub(super) struct Found {
    letters: Vec<StoredLetter>,
    /// How far each effect has come whose delivery is not settled.
    effects: Vec<(usize, Effect)>,
    state: Option<Result<String, String>>,
    disabled: BTreeSet<String>,
    noted: Vec<Entry>,
}

pub(super) fn read(connection: &Connection) -> rusqlite::Result<Found> {
    let ids = register(connection)?;
    let mut effects = Vec::new();
    for (index, (reader, number, name, _)) in EFFECTS.iter().enumerate() {
        if let Some(seq) = seq(connection, *number)?
            && is_owed(connection, (ids[*reader], seq))?
        {
            effects.push((index, effects::begin(connection, (ids[*reader], seq), name)?));
        }
    }
    Ok(Found {
        letters: letter_rows::first(connection, 100)?,
        effects,
        state: states::load(connection, "reader", "state")?,
        disabled: disabled::all(connection)?,
        noted: audit::newest(connection, 9)?,
    })
}

/// Whether a handler may run for it.
fn is_owed(connection: &Connection, (handler, event): (i64, i64)) -> rusqlite::Result<bool> {
    let owed = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE handler = ? AND event = ? AND state NOT IN (1, 4))";
    connection.query_row(owed, [handler, event], |row| row.get(0))
}

impl Found {
    /// Panics at what nobody wrote, at an effect that is made again, and at a loss that nobody tells.
    pub(super) fn check(self, told: bool, place: &str) {
        let is_missing = self.check_letters(told, place) < LETTERS.len()
            || self.state.is_none()
            || self.disabled.is_empty()
            || self.noted.len() < noted().len();
        assert!(told || !is_missing, "{place}: something is lost, and nobody tells");
        for (index, effect) in &self.effects {
            let (_, _, name, value) = EFFECTS[*index];
            let as_written = value.map_or(Effect::Begun, |value| Effect::Done(value.to_owned()));
            let is_interrupted = *effect == Effect::Begun && told;
            assert!(*effect == as_written || is_interrupted, "{place}: `{name}` is {effect:?}, and told: {told}");
        }
        assert!(self.state.is_none_or(|state| state.is_err() || state.as_deref() == Ok(STATE)), "{place}: a state");
        assert!(self.disabled.iter().all(|daemon| daemon == DISABLED), "{place}: {:?}", self.disabled);
        assert!(self.noted.iter().all(|entry| noted().contains(entry)), "{place}: {:?}", self.noted);
    }

    /// Returns how many there are.
    fn check_letters(&self, told: bool, place: &str) -> usize {
        for found in &self.letters {
            let written = LETTERS.iter().find(|(reader, number, _)| {
                let declared = &READERS[*reader];
                let is_of_it = found.daemon_name == declared.daemon && found.handler_name == declared.handler;
                is_of_it && found.event.as_ref().map_or(true, |found| *found == event(*number))
            });
            let Some((_, number, state)) = written else { panic!("{place}: a letter that nobody wrote: {found:?}") };
            let as_written = found.letter.as_ref() == Ok(&letter(*number)) && found.state == *state;
            let is_for_a_person = found.state == DeliveryState::Exhausted && told;
            assert!(as_written || is_for_a_person || found.event.is_err(), "{place}: {found:?}, and told: {told}");
        }
        self.letters.len()
    }
}
