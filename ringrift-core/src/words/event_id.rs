//! The identity of an event as text: 32 hexadecimal digits.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use super::event::EventId;

/// Not the identity of an event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not the id of an event, which has 32 hexadecimal digits")]
pub struct NotAnEventId(String);

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let is_hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_hexadecimal);
        let number = number.ok_or_else(|| NotAnEventId(text.to_owned()))?;
        Ok(Self::new((number >> 64) as u64, number as u64))
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        let id = EventId::new(1, u64::MAX);
        assert_eq!(id.to_string(), "0000000000000001ffffffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "1", "+0000000000000000000000000000001", "0000000000000001ffffffffffffffffff", "x"] {
            assert_eq!(text.parse::<EventId>(), Err(NotAnEventId(text.to_owned())), "{text}");
        }
    }
}
