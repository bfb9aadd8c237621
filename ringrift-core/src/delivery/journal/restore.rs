//! The dead letters of an earlier process.

use std::{collections::HashMap, sync::Arc, time::Duration};

use rusqlite::Connection;

use super::{
    Journal,
    letters::{Record, time},
};
use crate::{
    delivery::dead_letters::{
        Addressee, DeadReason, Death, Emitter, GoneHandler, Letter, LetterEvent, LetterId, LetterState, RETRY_CAP,
        Restored, Room, UndecodedEvent,
    },
    store::{
        deliveries::DeliveryState,
        error::StoreError,
        events::StoredEvent,
        letter_rows::{self, StoredLetter},
    },
    words::event::{EventId, EventMeta},
};

impl Journal {
    /// What an earlier process left: letters that were read, how many live ones each handler has in all, and the
    /// last number.
    pub(crate) fn restored_all(&self, read: Vec<StoredLetter>, live: &[(i64, u64)], last: u32) -> Restored {
        let mut here: HashMap<i64, u64> = HashMap::new();
        let is_live = |stored: &&StoredLetter| !matches!(stored.state, DeliveryState::Done | DeliveryState::Discarded);
        read.iter().filter(is_live).for_each(|stored| *here.entry(stored.handler).or_default() += 1);
        let left = |(handler, count): &(i64, u64)| {
            let left = count.saturating_sub(here.get(handler).copied().unwrap_or_default());
            (self.place_of(*handler), left)
        };
        let in_store = live.iter().map(left).collect();
        Restored { letters: read.into_iter().map(|stored| self.restored(stored)).collect(), in_store, last }
    }

    /// Live letters that wait in the store, as many as there is room for.
    ///
    /// # Cancel safety
    /// Cancel safe.
    pub(crate) async fn waiting_letters(&self, room: Room) -> Result<Vec<(Option<LetterId>, Letter)>, StoreError> {
        // Behind all that was written of them.
        self.store.run(|_| Ok(())).await?;
        let rows = move |connection: &Connection| letter_rows::others(connection, &room.here, room.last, room.count);
        let rows = self.store.read(rows).await?;
        Ok(rows.into_iter().map(|stored| self.restored(stored)).collect())
    }

    /// A letter as it was, with its number if it had one.
    pub(crate) fn restored(&self, stored: StoredLetter) -> (Option<LetterId>, Letter) {
        let record = stored.letter.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let record: Record = record.unwrap_or_else(|reason| self.unreadable(&reason));
        let gone = || {
            let (daemon, handler) = (stored.daemon_name.clone(), stored.handler_name.clone());
            Addressee::Gone(Arc::new(GoneHandler { daemon, handler }))
        };
        let place = self.place_of(stored.handler);
        let to = place.map_or_else(gone, |(daemon, slot)| Addressee::Handler { daemon, slot });
        let row = stored.event.unwrap_or_else(|reason| lost_event(stored.seq, &reason));
        let event = self.letter_event(stored.seq, &row, record.parent);
        let now = self.clock.moment();
        // Further away only by a clock that was wrong.
        let due_in = time(record.due).duration_since(now.wall).unwrap_or(Duration::ZERO).min(RETRY_CAP);
        let letter = Letter {
            event,
            to,
            handler: Some(stored.handler),
            emitter: self.emitter_of(row.emitter.as_deref()),
            emitted_at: time(row.emitted),
            attempts: record.attempts,
            retries: record.retries,
            first_failed: time(record.first_failed.unwrap_or(record.failed)),
            last_failed: time(record.failed),
            due_ms: now.ms + due_in.as_millis() as u64,
            state: match stored.state {
                DeliveryState::Pending | DeliveryState::Dead => LetterState::Pending,
                DeliveryState::Exhausted => LetterState::Exhausted,
                DeliveryState::Done => LetterState::Recovered,
                DeliveryState::Discarded => LetterState::Discarded,
            },
            since: time(record.since.unwrap_or(record.failed)),
            known_ms: now.ms,
            is_from_before: true,
            is_retrying: false,
            is_written: true,
            death: Death {
                reason: record.reason,
                error_chain: record.error_chain,
                panicked_at: record.panicked_at,
                is_fatal: record.is_fatal,
                is_excused: false,
            },
        };
        (record.number, letter)
    }

    fn letter_event(&self, seq: i64, row: &StoredEvent, parent: Option<EventId>) -> LetterEvent {
        let known = self.events.iter().find(|meta| is_called(meta, &row.event));
        if let Some(Ok(event)) = known.map(|meta| self.event(meta, seq, row)) {
            return LetterEvent::Decoded(event);
        }
        LetterEvent::Undecoded(Arc::new(UndecodedEvent {
            name: row.event.clone(),
            id: EventId::from_bytes(row.id),
            seq: seq.cast_unsigned(),
            hops: row.hops,
            parent,
            // What is no JSON is kept as its text.
            payload: serde_json::from_str(&row.payload).unwrap_or_else(|_| row.payload.clone().into()),
        }))
    }

    fn emitter_of(&self, name: Option<&str>) -> Emitter {
        match name.map(|name| (name, self.index_of(name))) {
            None => Emitter::Outside,
            Some((_, Some(index))) => Emitter::Daemon(index),
            Some((name, None)) => Emitter::Named(name.into()),
        }
    }

    /// The daemon and the place of a handler, if this program has it.
    fn place_of(&self, handler: i64) -> Option<(u32, u16)> {
        self.daemons.iter().enumerate().find_map(|(daemon, known)| {
            let slot = known.handlers.iter().position(|number| *number == handler)?;
            Some((daemon as u32, slot as u16))
        })
    }

    fn unreadable(&self, reason: &str) -> Record {
        let now = crate::store::millis(self.clock.wall());
        Record {
            number: None,
            reason: DeadReason::Schema,
            error_chain: vec![format!("the letter in the store can't be read: {reason}")],
            panicked_at: None,
            is_fatal: true,
            attempts: 0,
            retries: 0,
            failed: now,
            first_failed: None,
            due: now,
            since: None,
            parent: None,
        }
    }
}

/// Whether a type of event has that name, or had it.
pub(super) fn is_called(meta: &EventMeta, name: &str) -> bool {
    meta.name == name || meta.aliases.contains(&name)
}

/// In the place of an event that can't be read; the row itself is in the quarantine. Its number stands
/// for the id: no two letters are to look like one.
fn lost_event(seq: i64, reason: &str) -> StoredEvent {
    StoredEvent {
        id: EventId::new(0, seq.cast_unsigned()).to_bytes(),
        event: "UNREADABLE".to_owned(),
        payload: serde_json::Value::from(reason).to_string(),
        hops: 0,
        emitter: None,
        emitted: 0,
        cause: None,
        replay_of: None,
    }
}
