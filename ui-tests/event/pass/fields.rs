//! Fields of every kind, in a crate that is strict: what is said of them for the checks is not reported.
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings, unreachable_pub, unused_qualifications, private_bounds, private_interfaces)]

use std::{borrow::Cow, collections::BTreeMap, marker::PhantomData, sync::Arc};

use ringrift_core::event;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Serde knows nothing of it.
#[derive(Default)]
struct Unknown;

/// It should not be used any more.
#[derive(Default)]
#[deprecated]
struct Old;

#[derive(Serialize, Deserialize)]
struct Wrapped<T>(T);

fn write<S: Serializer>(_: &Unknown, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_unit()
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Unknown, D::Error> {
    <()>::deserialize(deserializer).map(|()| Unknown)
}

/// Public, with private types in private fields.
#[event("PING")]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ping {
    r#type: String,
    #[serde(skip)]
    skipped: Unknown,
    #[serde(serialize_with = "write", deserialize_with = "read")]
    by_hand: Unknown,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nothing: Option<Cow<'static, str>>,
    #[serde(skip)]
    #[expect(deprecated, reason = "it is still there")]
    _old: Old,
    wrapped: Wrapped<u8>,
    marker: PhantomData<&'static str>,
    pair: (u8, [String; 2]),
    #[serde(bound = "")]
    map: BTreeMap<String, Vec<u8>>,
    #[cfg(any())]
    absent: Absent,
}

/// Holds itself.
#[event("TREE")]
#[derive(Serialize, Deserialize)]
enum Tree {
    Leaf,
    Node { left: Box<Self>, right: Option<Box<Tree>>, value: Wrapped<u32> },
}

/// Written and read by another type.
#[event("TEXT")]
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
struct Text(Arc<Unserialised>);

struct Unserialised(String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(Unserialised(text)))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.0.clone()
    }
}

/// Holds itself by an alias.
#[event("LIST")]
#[derive(Serialize, Deserialize)]
struct List {
    #[serde(bound = "")]
    rest: Rest,
}

type Rest = Option<Box<List>>;

macro_rules! declared {
    ($name:ident, $type:ty) => {
        /// By a macro.
        #[event("DECLARED")]
        #[derive(serde::Serialize, serde::Deserialize)]
        struct $name {
            field: $type,
            other: $crate::Wrapped<$type>,
        }
    };
}

declared!(Declared, Option<u8>);

fn main() {
    /// In a function.
    #[event("LOCAL")]
    #[derive(Serialize, Deserialize)]
    struct Local(Inner);

    #[derive(Serialize, Deserialize)]
    struct Inner;

    let _ = (Local(Inner), Tree::Leaf, Declared { field: None, other: Wrapped(None) });
    let _ = |event: Declared| (event.field, event.other.0);
    let _ = |event: Tree| match event {
        Tree::Leaf => None,
        Tree::Node { left, right, value } => Some((left, right, value.0)),
    };
    let _ = |event: Ping| (event.r#type, event.skipped, event.by_hand, event.nothing, event.wrapped.0, event.marker, event.pair, event.map);
    let _ = |event: List| event.rest;
    let _ = Text::from(String::new());
}
