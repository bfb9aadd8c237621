//! Event names that are those of their payloads.

use super::text::{Text, contains, equal};
use crate::{
    declaration::spec::SubSpec,
    delivery::breaker::DEFAULT_LIMIT,
    words::event::{Durable, Event},
};

/// One `#[on_event]`: its spec, and whether the name that was written is the event's.
pub struct Subscription {
    /// For the table.
    pub spec: SubSpec,
    payload: &'static str,
    literal: &'static str,
    name: &'static str,
    agrees: bool,
}

/// The only place that asks `E` to be an event, so that one mistake is one message.
pub const fn sub<E: Event>(handler: &'static str, payload: &'static str, literal: &'static str) -> Subscription {
    Subscription {
        spec: SubSpec {
            handler,
            event: E::meta,
            dedup: None,
            timeout: None,
            from_oldest: false,
            breaker: Some(DEFAULT_LIMIT),
        },
        payload,
        literal,
        name: E::NAME,
        agrees: equal(E::NAME, literal) || contains(E::ALIASES, literal),
    }
}

/// The only place that asks `E` to be durable, for `from = "oldest"`.
pub const fn kept<E: Durable>() {}

impl Subscription {
    /// Refuses a name that is not the event's. Apart from the table, whose every use would be
    /// reported too.
    #[track_caller]
    pub const fn check(self) {
        if self.agrees {
            return;
        }
        let text =
            Text::new("handler `").push(self.spec.handler).push("` takes `").push(self.payload).push("`, the event `");
        let text = text.push(self.name).push("`, not `").push(self.literal).push("`");
        panic!("{}", text.as_str())
    }
}
