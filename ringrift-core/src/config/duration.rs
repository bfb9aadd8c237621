//! Durations as people write them: `60s`, `5m`, `1h 30m`.
//!
//! [`HumanDuration`] is a field type; the functions serve a plain
//! [`Duration`] field by `#[serde(with = "ringrift_core::config::duration")]`.
//!
//! ```
//! use ringrift_core::config::duration::HumanDuration;
//! let pause: HumanDuration = serde_json::from_str("\"1m 30s\"")?;
//! assert_eq!(pause.0.as_secs(), 90);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

/// No clock can be told a time that is much further away.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A duration that is read and written as text with units, of 100 years at most.
///
/// A bare number is refused: nobody can see whether `60` means seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HumanDuration(pub Duration);

impl From<HumanDuration> for Duration {
    fn from(duration: HumanDuration) -> Self {
        duration.0
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.0).fmt(f)
    }
}

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer).map(Self)
    }
}

impl Serialize for HumanDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

/// Reads a duration, for `#[serde(with)]`.
///
/// # Errors
/// If the value is not text of the form `5m`, or longer than 100 years; the error names both.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(DurationVisitor)
}

/// Writes a duration, for `#[serde(with)]`.
///
/// # Errors
/// Only those of the serializer.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&HumanDuration(*duration))
}

struct DurationVisitor;

impl Visitor<'_> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as \"60s\", \"5m\" or \"1h 30m\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        match humantime::parse_duration(text) {
            Ok(duration) if duration > LONGEST => {
                Err(E::invalid_value(Unexpected::Str(text), &"a duration of at most 100 years"))
            }
            Ok(duration) => Ok(duration),
            Err(_) => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::{Deserialize, Serialize};

    use super::HumanDuration;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pauses {
        #[serde(with = "super")]
        plain: Duration,
        typed: Option<HumanDuration>,
    }

    #[test]
    fn reads_and_writes_both_kinds_of_field() {
        let json = r#"{"plain":"5m","typed":"1h 30m"}"#;
        let pauses = Pauses { plain: Duration::from_secs(300), typed: Some(HumanDuration(Duration::from_secs(5400))) };
        assert_eq!(serde_json::from_str::<Pauses>(json).unwrap(), pauses);
        assert_eq!(serde_json::to_string(&pauses).unwrap(), json);
    }

    #[test]
    fn an_error_names_the_value_and_the_form() {
        let check = |json: &str, message: &str| {
            let error = serde_json::from_str::<HumanDuration>(json).unwrap_err();
            assert!(error.to_string().starts_with(message), "{error}");
        };
        let form = r#"expected a duration such as "60s", "5m" or "1h 30m""#;
        check("\"5 parsecs\"", &format!("invalid value: string \"5 parsecs\", {form}"));
        check("60", &format!("invalid type: integer `60`, {form}"));
        check("\"36501d\"", "invalid value: string \"36501d\", expected a duration of at most 100 years");
        assert!(serde_json::from_str::<HumanDuration>("\"36500d\"").is_ok());
    }
}
