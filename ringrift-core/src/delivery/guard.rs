//! Runs a user's future so that a panic is a value and the ticker can end it.

use std::{
    any::Any,
    error::Error,
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::Poll,
};

use tracing::Span;

use super::{panics::place_of, watch::Watched};
use crate::words::one_line::one_line;

/// What a hook or handler returns when it goes wrong.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// How a guarded future ended.
#[derive(Debug)]
pub(crate) enum Outcome<T = ()> {
    Ok(T),
    Err(BoxError),
    /// Boxed: it is rare, and each outcome would carry the size.
    Panic(Box<Panicked>),
    Timeout,
}

/// A panic that was caught.
#[derive(Debug)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    /// Where, as `file:line:column`.
    pub(crate) place: Option<String>,
}

impl Panicked {
    /// The panic of that message, caught on this thread just now.
    #[cold]
    fn just_now(message: String) -> Box<Self> {
        let place = place_of(&message);
        Box::new(Self { message, place })
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.message))
    }
}

/// Awaits `future` under `watch`, which the caller has begun; ends the watch. A future that panics
/// in its drop when it is cut off is a panic too.
#[inline]
pub(crate) async fn guarded<T>(future: impl Future<Output = Result<T, BoxError>>, watch: Watched<'_>) -> Outcome<T> {
    let mut future = pin!(Some(future));
    let outcome = poll_fn(|cx| poll_guarded(unended(future.as_mut()), watch, cx)).await;
    cut_off(future, outcome)
}

/// As [`guarded`], in a span of its own, but for what is cut off: that is the caller's to drop. A
/// span that is disabled costs one look: a delivery's is, unless somebody listens.
#[inline]
pub(crate) fn guarded_in<'a, T>(
    span: &'a Span,
    mut future: impl Future<Output = Result<T, BoxError>> + Unpin + 'a,
    watch: Watched<'a>,
) -> impl Future<Output = Outcome<T>> {
    poll_fn(move |cx| {
        let _entered = (!span.is_disabled()).then(|| span.enter());
        poll_guarded(Pin::new(&mut future), watch, cx)
    })
}

/// What is in the place of a future that [`cut_off`] has not emptied.
#[inline]
pub(crate) fn unended<F>(future: Pin<&mut Option<F>>) -> Pin<&mut F> {
    future.as_pin_mut().expect("a future is polled until it ends, and not after")
}

/// Drops a future that timed out; a panic of its drop is a panic.
pub(crate) fn cut_off<F, T>(mut future: Pin<&mut Option<F>>, outcome: Outcome<T>) -> Outcome<T> {
    match outcome {
        Outcome::Timeout => match catch(|| future.set(None)) {
            Ok(()) => Outcome::Timeout,
            Err(panic) => {
                let place = place_of(&panic);
                let message = format!("took too long, and when it was cut off: {panic}");
                Outcome::Panic(Box::new(Panicked { message, place }))
            }
        },
        outcome => outcome,
    }
}

#[inline]
fn poll_guarded<T>(
    future: Pin<&mut impl Future<Output = Result<T, BoxError>>>,
    watch: Watched<'_>,
    cx: &mut std::task::Context<'_>,
) -> Poll<Outcome<T>> {
    let outcome = match poll_caught(future, cx) {
        Poll::Ready(Ok(Ok(value))) => Outcome::Ok(value),
        Poll::Ready(Ok(Err(error))) => Outcome::Err(error),
        Poll::Ready(Err(panic)) => Outcome::Panic(Panicked::just_now(panic)),
        // Only what really waits pays for being watched.
        Poll::Pending if watch.poll_expired(cx) => Outcome::Timeout,
        Poll::Pending => return Poll::Pending,
    };
    watch.watch.end();
    Poll::Ready(outcome)
}

/// Awaits `future` with nothing but panic safety.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    poll_fn(|cx| poll_caught(future.as_mut(), cx)).await
}

/// One poll; a panic is its message.
#[inline]
pub(crate) fn poll_caught<F: Future>(
    future: Pin<&mut F>,
    cx: &mut std::task::Context<'_>,
) -> Poll<Result<F::Output, String>> {
    match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(panic_message(payload))),
    }
}

/// Runs `f`; a panic is its message.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(panic_message)
}

/// The text of a panic.
#[cold]
#[expect(clippy::needless_pass_by_value, reason = "the payload's own drop must happen here, not in the caller")]
pub(crate) fn panic_message(payload: Box<dyn Any + Send>) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not a text".to_owned()
    }
}

/// An error with all its causes on one line: `a: b: c`.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&chain(self.0, |text| one_line(&text).into_owned()))
    }
}

/// An error with all its causes: `a: b: c`; what only says again what was just said is left out.
pub(crate) fn chain<'a>(error: &'a (dyn Error + 'a), shown: impl Fn(String) -> String) -> String {
    let mut said = shown(error.to_string());
    let (mut text, mut source) = (said.clone(), error.source());
    while let Some(error) = source {
        let cause = shown(error.to_string());
        let news = if before(&said, &cause).is_some() { "" } else { before(&cause, &said).unwrap_or(&cause) };
        if !news.is_empty() {
            text.push_str(": ");
            text.push_str(news);
        }
        (said, source) = (cause, error.source());
    }
    text
}

/// What a text says before it ends with the other as its cause; `None` when it does not.
fn before<'a>(text: &'a str, cause: &str) -> Option<&'a str> {
    let rest = text.strip_suffix(cause)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_suffix(": ") }
}

#[cfg(test)]
mod tests {
    use std::io;

    use thiserror::Error;

    use super::Chain;

    #[derive(Debug, Error)]
    #[error("{says}")]
    struct Says {
        says: &'static str,
        source: io::Error,
    }

    #[test]
    fn a_cause_that_says_the_same_was_told_twice() {
        let chain = |says| Chain(&Says { says, source: io::Error::other("no database") }).to_string();
        assert_eq!(chain("can't be read"), "can't be read: no database");
        assert_eq!(chain("can't be read: no database"), "can't be read: no database");
        assert_eq!(chain("database"), "database: no database");
        let code = Says { says: "no database", source: io::Error::other("code 26: no database") };
        assert_eq!(Chain(&code).to_string(), "no database: code 26");
    }
}
