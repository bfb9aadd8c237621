//! Effects outside that must not be doubled: `cx.once(name, ..)`.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as Poller, Poll},
};

use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

use super::{Context, DaemonResult};
use crate::{
    delivery::{dead_letters::Interrupted, guard::BoxError},
    store::{effects::Effect, error::StoreError},
};

/// `once` was called outside of a handler of a durable event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`once(\"{name}\", ..)` was called {}, or make the effect without `once`", self.instead())]
pub struct NotRepeated {
    /// The name of the effect.
    pub name: String,
    /// Whether it was called in the handler of an event that is not durable.
    pub in_handler: bool,
}

impl NotRepeated {
    fn instead(&self) -> &'static str {
        if self.in_handler {
            "in the handler of an event that is not durable, so it is never run again; declare the event as \
             `#[event(\"..\", durable)]`"
        } else {
            "outside of a handler, where nothing is run again; call it in the handler of a durable event"
        }
    }
}

/// An effect that was made before, and whose value is not one of the type that is wanted now.
#[derive(Debug, Error)]
#[error("`once(\"{name}\", ..)` was made, and what it returned then can't be read as what it returns now")]
pub struct OtherValue {
    /// The name of the effect.
    pub name: String,
    /// What does not fit.
    pub source: serde_json::Error,
}

/// An effect was not made, because that it begins can't be stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OnceError {
    /// The disk is full. Hand it on with `?`: the event waits in the store, and the handler runs again once there is
    /// space.
    #[error("`once(\"{name}\", ..)` was not made: the disk is full")]
    StorageFull {
        /// The name of the effect.
        name: String,
    },
    /// The store can't be read or written. Hand it on with `?`, too: another program may hold the file for a while.
    #[error("`once(\"{name}\", ..)` was not made: {cause}")]
    StorageFailed {
        /// The name of the effect.
        name: String,
        /// Why.
        cause: String,
    },
}

impl OnceError {
    fn new(name: &str, error: &StoreError) -> Self {
        let name = name.to_owned();
        match error {
            StoreError::Full => Self::StorageFull { name },
            error => Self::StorageFailed { name, cause: error.to_string() },
        }
    }
}

/// One run of a handler made two effects of one name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`once(\"{name}\", ..)` is used twice in one run of the handler; give each effect a name of its own")]
pub struct UsedTwice {
    /// The name.
    pub name: String,
}

/// What an effect returns. Asked by [`Context::once`] alone, so that one mistake is one message.
#[diagnostic::on_unimplemented(
    message = "the effect of `once` returns `{Self}`, which can't be kept",
    label = "its effect returns no `Result` of a value with serde's two traits",
    note = "write the effect as `|| async {{ .. Ok::<_, std::io::Error>(value) }}`; the error is any that `?` takes",
    note = "derive `serde::Serialize` and `serde::Deserialize` for the value"
)]
pub trait Outcome<T>: Sized {
    /// Makes the effect that returns this.
    fn once<'a, D, F>(cx: &'a Context<D>, name: &'a str, effect: impl FnOnce() -> F + Send + 'a) -> Once<'a, T>
    where
        F: Future<Output = Self> + Send + 'a,
        Self: 'a;
}

#[diagnostic::do_not_recommend]
impl<T, E> Outcome<T> for Result<T, E>
where
    T: Serialize + DeserializeOwned,
    E: Into<BoxError>,
{
    fn once<'a, D, F>(cx: &'a Context<D>, name: &'a str, effect: impl FnOnce() -> F + Send + 'a) -> Once<'a, T>
    where
        F: Future<Output = Self> + Send + 'a,
        Self: 'a,
    {
        Once(Box::pin(cx.make_once(name, effect)))
    }
}

/// Makes the effect when it is awaited: see [`Context::once`].
#[must_use = "an effect is made only when this is awaited"]
pub struct Once<'a, T>(Pin<Box<dyn Future<Output = DaemonResult<T>> + Send + 'a>>);

impl<T> Future for Once<'_, T> {
    type Output = DaemonResult<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Poller<'_>) -> Poll<DaemonResult<T>> {
        self.0.as_mut().poll(cx)
    }
}

impl<D> Context<D> {
    /// Makes an effect at most once for the event that is being handled, however often its handler runs.
    ///
    /// That it begins is on disk before `effect` is called; what it returned is written at once when it
    /// ends, and before all that the handler writes or emits after it. A later run of the handler gets
    /// that value, and the effect is not made again. An `Err` of the effect is handed on, and says that it
    /// was not made: it may be tried again, also in the same run. Each effect of a run has a `name` of its own:
    /// for one effect an item, put the item into it (`format!("pay {id}")`).
    ///
    /// An effect that was cut off before its end was written is not repeated, since nobody knows whether it was
    /// made: the delivery becomes a dead letter, `interrupted`. A person looks, and either says what it returned
    /// ([`DeadLetterOffice::effect_was_made`](crate::runtime::letters::DeadLetterOffice::effect_was_made)), or
    /// retries the letter, which makes it again.
    ///
    /// A [`replay`](crate::Runtime::replay) makes the effect again: its copies are events of their own.
    /// [`is_replay`](Self::is_replay) tells a handler.
    ///
    /// # Errors
    /// Those of `effect`; [`Interrupted`], when an earlier run was cut off in it; [`UsedTwice`], when this run
    /// has another of that name; [`OtherValue`]; [`NotRepeated`], where the event is not durable, or none is
    /// handled; [`OnceError`], when the store can't be written.
    ///
    /// # Cancel safety
    /// Dropped after its first poll, the effect counts as interrupted.
    pub fn once<'a, T, F>(&'a self, name: &'a str, effect: impl FnOnce() -> F + Send + 'a) -> Once<'a, T>
    where
        F: Future<Output: Outcome<T>> + Send + 'a,
    {
        F::Output::once(self, name, effect)
    }

    async fn make_once<T, E, F>(&self, name: &str, effect: impl FnOnce() -> F) -> DaemonResult<T>
    where
        T: Serialize + DeserializeOwned,
        E: Into<BoxError>,
        F: Future<Output = Result<T, E>>,
    {
        let in_handler = self.event_id().is_some();
        let origin = self.origin().ok_or_else(|| NotRepeated { name: name.to_owned(), in_handler })?;
        let claim = origin.claim(name).ok_or_else(|| UsedTwice { name: name.to_owned() })?;
        let begun = claim.begin().await;
        match begun.map_err(|error| OnceError::new(name, &error))? {
            Effect::Done(value) => {
                claim.keep();
                let read = serde_json::from_str(&value);
                return Ok(read.map_err(|source| OtherValue { name: name.to_owned(), source })?);
            }
            Effect::Begun => {
                origin.note_interrupted();
                return Err(Interrupted { name: name.to_owned() }.into());
            }
            Effect::New => {}
        }
        match effect().await {
            Ok(value) => {
                claim.done(serde_json::to_string(&value)?);
                Ok(value)
            }
            Err(error) => {
                claim.undo();
                Err(error.into())
            }
        }
    }
}
