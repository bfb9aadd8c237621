//! Text of the environment and of flags, turned into what is wanted of it.

use super::document::parse_value;
use super::node::{Node, Value};
use super::origin::Origin;

/// What a reader wants a text to be.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    Boolean,
    Number,
    List,
    /// It takes whatever comes.
    Anything,
}

impl Wanted {
    /// Reads `text` as a TOML value, `None` if it isn't one of the wanted kind.
    ///
    /// The reader then meets the text itself, which is right for a string and
    /// gives a message that quotes it for everything else.
    pub(crate) fn adapt(self, text: &str) -> Option<Node> {
        let node = parse_value(&Origin::Default, text.trim())?;
        let fits = match self {
            Self::Boolean => matches!(node.value, Value::Boolean(_)),
            Self::Number => matches!(node.value, Value::Integer(_) | Value::Float(_)),
            Self::List => matches!(node.value, Value::List(_)),
            Self::Anything => true,
        };
        fits.then_some(node)
    }
}
