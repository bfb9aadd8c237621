//! Dead letters as JSON lines: out of one runtime, into another.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
};

use thiserror::Error;

use super::{DeadLetter, DeadLetterOffice, LetterFilter, address::Written};
use crate::{
    delivery::dead_letters::{Addressee, DeadReason, Death, Letter, LetterEvent, LetterId, LetterState, NotImported},
    words::event::MAX_DURABLE_PAYLOAD,
};

/// Why no dead letter was imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The lines can't be read.
    #[error("the dead letters can't be read")]
    Io(#[from] io::Error),
    /// Some lines are wrong; all of them are named.
    #[error("no dead letter is imported{}", list(.0))]
    Lines(Vec<LineProblem>),
    /// They are too many.
    #[error("no dead letter is imported: there is room for {room} of {count}; purge, or import fewer")]
    TooMany {
        /// How many letters there are to import.
        count: usize,
        /// How many find room.
        room: usize,
    },
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct LineProblem {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

fn list(problems: &[LineProblem]) -> String {
    problems.iter().map(|problem| format!("\n{problem}")).collect()
}

impl DeadLetterOffice {
    /// Writes the letters that are meant, oldest first, each as a line of JSON, of the shape of [`DeadLetter`].
    /// They stay where they are. Returns how many they are.
    ///
    /// # Errors
    /// When `out` fails; what it has taken by then stands.
    pub fn export(&self, filter: &LetterFilter, mut out: impl Write) -> io::Result<u64> {
        let letters = self.list(filter);
        for letter in &letters {
            serde_json::to_writer(&mut out, letter)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        Ok(letters.len() as u64)
    }

    /// Takes in letters as [`export`](Self::export) writes them, all of them or none. Empty lines are left
    /// out. Returns their numbers here, in the order of the lines.
    ///
    /// Each keeps its event's id, its history and its state; one whose retry was under way is due. What is
    /// pending or exhausted is owed and dead in the accounts of its handler from now on.
    ///
    /// # Errors
    /// Every line that is wrong, with its number: no letter, no event or handler of that name in this program
    /// (unless the letter's own reason is `no_handler`), a payload that does not fit, or is over 1 MiB of a
    /// durable event (unless the reason is `schema`), or a delivery that has a letter here already. When there is
    /// no room for all of them; when `lines` fails.
    pub fn import(&self, lines: impl BufRead) -> Result<Vec<LetterId>, ImportError> {
        let imported = self.import_now(lines);
        let outcome = match &imported {
            Ok(ids) => format!("{} imported", ids.len()),
            Err(ImportError::Lines(wrong)) => format!("no dead letter is imported: {} lines are wrong", wrong.len()),
            Err(error) => error.to_string(),
        };
        self.runtime().note("import_letters", "lines", outcome);
        imported
    }

    fn import_now(&self, lines: impl BufRead) -> Result<Vec<LetterId>, ImportError> {
        let mut problems = BTreeMap::new();
        let (mut places, mut letters) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(lines.split(b'\n')) {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match self.read(&line) {
                Ok(letter) => {
                    places.push(number);
                    letters.push(letter);
                }
                Err(reason) => _ = problems.insert(number, reason),
            }
        }
        let count = letters.len();
        let imported = if problems.is_empty() {
            self.world().router.import_letters(letters)
        } else {
            Err(NotImported::AlreadyHere(self.world().router.letters.already_here(&letters)))
        };
        match imported {
            Ok(ids) => Ok(ids),
            Err(NotImported::TooMany(room)) => Err(ImportError::TooMany { count, room }),
            Err(NotImported::AlreadyHere(twice)) => {
                problems.extend(twice.into_iter().map(|(place, here)| (places[place], already_here(here))));
                let problems = problems.into_iter().map(|(line, reason)| LineProblem { line, reason });
                Err(ImportError::Lines(problems.collect()))
            }
        }
    }

    /// The letter of a line, as this runtime keeps it.
    fn read(&self, line: &[u8]) -> Result<Letter, String> {
        // `BufRead::lines` would refuse all lines for one that is no text, and say nothing of where it is.
        let line = std::str::from_utf8(line).map_err(|error| format!("not a dead letter: {error}"))?;
        let shown: DeadLetter = serde_json::from_str(line).map_err(|error| format!("not a dead letter: {error}"))?;
        let (event, to) = self.resolve(&shown)?;
        let now_ms = self.world().clock.now_ms();
        let is_lame = !matches!((&event, &to), (LetterEvent::Decoded(_), Addressee::Handler { .. }));
        let state = match shown.state {
            // It can't be retried by itself.
            LetterState::Pending if is_lame => LetterState::Exhausted,
            state => state,
        };
        Ok(Letter {
            emitter: self.emitter(shown.headers.emitter.as_deref()),
            event,
            to,
            #[cfg(feature = "store")]
            handler: None,
            emitted_at: shown.headers.emitted_at,
            death: Death {
                reason: shown.reason,
                error_chain: shown.error_chain,
                panicked_at: shown.panicked_at,
                is_fatal: false,
                is_excused: false,
            },
            attempts: shown.attempts,
            retries: shown.retries,
            first_failed: shown.first_failed_at,
            last_failed: shown.last_failed_at,
            due_ms: now_ms.saturating_add(shown.next_retry_in_ms.unwrap_or(0)),
            state,
            since: shown.in_state_since,
            known_ms: now_ms,
            is_from_before: true,
            is_retrying: false,
            is_written: false,
        })
    }

    /// The event and the handler of a letter; only one whose own reason says so may lack them.
    fn resolve(&self, shown: &DeadLetter) -> Result<(LetterEvent, Addressee), String> {
        let written = Written::of(shown);
        let DeadLetter { event, daemon, handler, reason, .. } = shown;
        let to = match self.addressee(&written) {
            Some(to) => to,
            None if *reason == DeadReason::NoHandler => written.gone(),
            None => return Err(format!("`{daemon}::{handler}` does not handle `{event}` in this program")),
        };
        let event = match self.decoded(&written) {
            Some(Ok(_)) if self.is_too_large(&written) => {
                return Err(format!(
                    "the payload has more than {MAX_DURABLE_PAYLOAD} bytes, the most of a durable event"
                ));
            }
            Some(Ok(event)) => event,
            Some(Err(_)) if *reason == DeadReason::Schema => written.undecoded(),
            Some(Err(error)) => return Err(format!("the payload is not a `{event}`: {error}")),
            None => written.undecoded(),
        };
        Ok((event, to))
    }
}

fn already_here(here: Option<LetterId>) -> String {
    match here {
        Some(id) => format!("its delivery has dead letter {id} here already"),
        None => "its delivery has a letter in an earlier line".to_owned(),
    }
}
