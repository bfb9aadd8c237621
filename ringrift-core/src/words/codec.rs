//! Payloads to JSON, and back.

use std::{marker::PhantomData, sync::Arc};

use super::{
    envelope::{Envelope, Erased},
    event::{Event, Payload},
};

/// How the payloads of one type are written and read.
#[derive(Debug, Clone, Copy)]
pub struct Codec {
    pub(super) encode: fn(&Erased) -> Result<serde_json::Value, serde_json::Error>,
    #[cfg(feature = "store")]
    pub(super) encode_text: fn(&Erased) -> Result<String, serde_json::Error>,
    pub(super) decode: fn(serde_json::Value) -> Result<Arc<Erased>, serde_json::Error>,
}

/// Finds the codec without asking whether the payload can be serialised, which is asked at its fields: an
/// inherent constant goes before that of a trait, where its bounds hold.
pub struct Coding<E>(PhantomData<E>);

impl<E: Event + Payload> Coding<E> {
    /// Its own.
    pub const CODEC: Codec = Codec {
        encode: |event| serde_json::to_value(event.payload::<E>()),
        #[cfg(feature = "store")]
        encode_text: |event| serde_json::to_string(event.payload::<E>()),
        decode: |payload| serde_json::from_value::<E>(payload).map(Envelope::from_outside),
    };
}

/// What is true of any other payload.
pub trait NotCoded {
    /// Never called: the program does not compile.
    const CODEC: Codec = Codec {
        encode: |_| unreachable!("what can't be serialised is no event"),
        #[cfg(feature = "store")]
        encode_text: |_| unreachable!("what can't be serialised is no event"),
        decode: |_| unreachable!("what can't be serialised is no event"),
    };
}

impl<E> NotCoded for Coding<E> {}
