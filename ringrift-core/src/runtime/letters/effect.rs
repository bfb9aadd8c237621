//! What a person has found out about an effect of `cx.once` that was cut off.

use serde::Serialize;

use super::{DeadLetterOffice, LetterError};
use crate::delivery::dead_letters::LetterId;

impl DeadLetterOffice {
    /// Says that an interrupted effect was made, and what it returned: the next run of the handler goes on with
    /// that value, as if its own `cx.once` had returned it. [`retry`](Self::retry) the letter then.
    ///
    /// ```
    /// # use ringrift_core::{LetterId, runtime::letters::{DeadLetterOffice, LetterError}};
    /// # async fn settle(letters: DeadLetterOffice, id: LetterId) -> Result<(), LetterError> {
    /// // The bank says: it was paid.
    /// letters.effect_was_made(id, "transfer", &"receipt 4711").await?;
    /// letters.retry(id)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When there is no such letter, when it is being retried or is settled already; when it has no interrupted
    /// effect of that name; when the value is no JSON; when it can't be written.
    ///
    /// # Cancel safety
    /// Dropped after the first poll, it may or may not be kept.
    pub async fn effect_was_made<T: Serialize>(&self, id: LetterId, name: &str, value: &T) -> Result<(), LetterError> {
        let outcome = self.note_effect(id, name, value).await;
        self.runtime().noted("effect_was_made", format!("{id} {name}"), outcome)
    }

    async fn note_effect<T: Serialize>(&self, id: LetterId, name: &str, value: &T) -> Result<(), LetterError> {
        let letter = self.world().router.letters.look(id).map_err(|refused| self.explain(id, refused))?;
        let none = |interrupted| LetterError::NoEffect { id, name: name.to_owned(), interrupted };
        let not_kept = |cause: &dyn ToString| LetterError::NotKept { id, cause: cause.to_string() };
        let value = serde_json::to_string(value).map_err(|error| not_kept(&error))?;
        let journal = self.world().router.journal.as_ref().ok_or_else(|| none(Vec::new()))?;
        let noted = journal.effect_was_made(&letter, name, value).await.map_err(|error| not_kept(&error))?;
        noted.map_err(none)
    }
}
