//! Events: what is said between daemons.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde::{Serialize, Serializer, de::DeserializeOwned};

pub(crate) use super::envelope::{Envelope, Erased, OUTSIDE};
use super::retention::Retention;

/// The longest payload of a durable event, in bytes of JSON.
pub(crate) const MAX_DURABLE_PAYLOAD: usize = 1 << 20;

/// A payload that daemons emit and handle; `#[event("NAME")]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "annotate the struct with `#[event(\"NAME\")]`"
)]
pub trait Event: Send + Sync + 'static {
    /// The name, in upper case: `TRAINING_COMPLETED`.
    const NAME: &'static str;

    /// Other names that are accepted for it: in `#[on_event]`, and from outside.
    const ALIASES: &'static [&'static str] = &[];

    /// The static description of this type of event.
    fn meta() -> &'static EventMeta;
}

/// An event that is kept in memory only: not `durable`. `#[event]` implements it.
#[diagnostic::on_unimplemented(
    message = "the event `{Self}` is durable, and `try_emit` can't wait until it is on disk",
    label = "this event is durable",
    note = "write `cx.emit(..).await`"
)]
pub trait Transient {}

/// An event that is on disk before its emit returns: `durable`. `#[event]` implements it.
#[diagnostic::on_unimplemented(
    message = "the event `{Self}` is kept in memory only, so there is no oldest one to begin with",
    label = "needs a durable event",
    note = "make it `#[event(\"..\", durable)]`, or remove `from`"
)]
pub trait Durable {}

/// What the payload of an event needs. Asked by [`EventMeta::new`] alone, so that one mistake is one
/// message.
#[diagnostic::on_unimplemented(
    message = "the event `{Self}` can't be serialised",
    label = "needs `Serialize` and `Deserialize`",
    note = "add `#[derive(serde::Serialize, serde::Deserialize)]` to `{Self}`"
)]
pub trait Payload: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Payload for T {}

/// Everything that is known of one type of event before the program runs.
#[derive(Debug)]
pub struct EventMeta {
    /// `TRAINING_COMPLETED`.
    pub name: &'static str,
    /// The first line of its documentation.
    pub description: &'static str,
    /// Other names that are accepted for it from outside.
    pub aliases: &'static [&'static str],
    /// Whether it comes from outside the program, so that nobody needs to emit it.
    pub external: bool,
    /// Whether it is on disk before its emit returns, and survives the process.
    pub durable: bool,
    /// How long, and how much of it, is kept once it is settled; of durable events.
    pub retention: Retention,
    /// The fields that content dedup looks at; all of them when empty.
    pub dedup_key: &'static [&'static str],
    /// Where it is declared.
    pub file: &'static str,
    /// The line of that file.
    pub line: u32,
    codec: Codec,
    /// The place of this event in every router's table, handed out at first use.
    index: AtomicU32,
}

#[derive(Debug, Clone, Copy)]
struct Codec {
    encode: fn(&Erased) -> Result<serde_json::Value, serde_json::Error>,
    #[cfg(feature = "store")]
    encode_text: fn(&Erased) -> Result<String, serde_json::Error>,
    decode: fn(serde_json::Value) -> Result<Arc<Erased>, serde_json::Error>,
}

const NO_INDEX: u32 = u32::MAX;
static NEXT_INDEX: AtomicU32 = AtomicU32::new(0);

impl EventMeta {
    /// The description of `E`; the macro adds what its options say.
    pub const fn new<E: Event + Payload>(file: &'static str, line: u32) -> Self {
        Self {
            name: E::NAME,
            description: "",
            aliases: E::ALIASES,
            external: false,
            durable: false,
            retention: Retention::DEFAULT,
            dedup_key: &[],
            file,
            line,
            codec: Codec {
                encode: encode::<E>,
                #[cfg(feature = "store")]
                encode_text: encode_text::<E>,
                decode: decode::<E>,
            },
            index: AtomicU32::new(NO_INDEX),
        }
    }

    /// Sets the first line of the documentation.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Sets `external`.
    #[must_use]
    pub const fn external(mut self) -> Self {
        self.external = true;
        self
    }

    /// Sets `durable`.
    ///
    /// # Panics
    /// At compile time, without the feature `store`.
    #[must_use]
    pub const fn durable(mut self) -> Self {
        if !cfg!(feature = "store") {
            panic!("a durable event needs the feature `store` of ringrift-core; add it to the features");
        }
        self.durable = true;
        self
    }

    /// Sets `retention = ".."`; `None` is `"forever"`.
    #[must_use]
    pub const fn retention(mut self, age: Option<Duration>) -> Self {
        self.retention.age = age;
        self
    }

    /// Sets `retention_size = ".."`.
    #[must_use]
    pub const fn retention_size(mut self, bytes: u64) -> Self {
        self.retention.bytes = Some(bytes);
        self
    }

    /// Sets `dedup_key = [..]`.
    #[must_use]
    pub const fn dedup_key(mut self, fields: &'static [&'static str]) -> Self {
        self.dedup_key = fields;
        self
    }

    /// The place in a router's table; the same in every runtime of the process.
    pub(crate) fn index(&self) -> usize {
        // Relaxed: the index guards no other memory.
        match self.index.load(Ordering::Relaxed) {
            NO_INDEX => self.assign_index(),
            index => index as usize,
        }
    }

    #[cold]
    fn assign_index(&self) -> usize {
        let fresh = NEXT_INDEX.fetch_add(1, Ordering::Relaxed);
        match self.index.compare_exchange(NO_INDEX, fresh, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => fresh as usize,
            Err(taken) => taken as usize,
        }
    }

    /// The payload as JSON.
    pub(crate) fn encode(&self, event: &Erased) -> Result<serde_json::Value, serde_json::Error> {
        (self.codec.encode)(event)
    }

    /// The payload as the text of JSON.
    #[cfg(feature = "store")]
    pub(crate) fn encode_text(&self, event: &Erased) -> Result<String, serde_json::Error> {
        (self.codec.encode_text)(event)
    }

    /// An envelope from a payload as JSON; unknown fields are ignored.
    pub(crate) fn decode(&self, payload: serde_json::Value) -> Result<Arc<Erased>, serde_json::Error> {
        (self.codec.decode)(payload)
    }
}

fn encode<E: Event + Payload>(event: &Erased) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(event.payload::<E>())
}

#[cfg(feature = "store")]
fn encode_text<E: Event + Payload>(event: &Erased) -> Result<String, serde_json::Error> {
    serde_json::to_string(event.payload::<E>())
}

fn decode<E: Event + Payload>(payload: serde_json::Value) -> Result<Arc<Erased>, serde_json::Error> {
    serde_json::from_value::<E>(payload).map(|payload| Envelope::from_outside(payload) as Arc<Erased>)
}

/// The identity of one emitted event, 128 bits: of a transient one a prefix of the runtime, then a
/// counter; of a durable one a UUID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct EventId {
    high: u64,
    low: u64,
}

impl EventId {
    pub(crate) const fn new(high: u64, low: u64) -> Self {
        Self { high, low }
    }

    #[cfg(feature = "store")]
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        let number = u128::from_be_bytes(bytes);
        Self::new((number >> 64) as u64, number as u64)
    }

    #[cfg(feature = "store")]
    pub(crate) const fn to_bytes(self) -> [u8; 16] {
        ((self.high as u128) << 64 | self.low as u128).to_be_bytes()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
