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
    store::effects::Effect,
};

/// `once` was called outside of a handler of a durable event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`once(\"{name}\", ..)` was called where nothing is repeated; call it in the handler of a durable event")]
pub struct NotRepeated {
    /// The name of the effect.
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
    /// That it begins is on disk before `effect` is called; what it returned is on disk with the end of
    /// the delivery. A later run of the handler gets that value, and the effect is not made again. An
    /// `Err` of the effect is handed on, and says that it was not made: the next run tries again. Each
    /// effect of a handler has a `name` of its own.
    ///
    /// # Errors
    /// Those of `effect`; [`Interrupted`], when an earlier run was cut off in it; [`NotRepeated`], where
    /// the event is not durable, or none is handled; and when the store can't be written.
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
        let origin = self.origin().ok_or_else(|| NotRepeated { name: name.to_owned() })?;
        match origin.begin(name).await? {
            Effect::Done(value) => return Ok(serde_json::from_str(&value)?),
            Effect::Begun => return Err(Interrupted { name: name.to_owned() }.into()),
            Effect::New => {}
        }
        match effect().await {
            Ok(value) => {
                origin.done(name, serde_json::to_string(&value)?);
                Ok(value)
            }
            Err(error) => {
                origin.undo(name);
                Err(error.into())
            }
        }
    }
}
