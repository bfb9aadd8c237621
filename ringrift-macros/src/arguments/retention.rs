//! How much is kept of a durable event.

use std::time::Duration;

use bytesize::ByteSize;
use syn::{LitStr, parse2};

use super::{Argument, values};
use crate::problems::Problems;

/// As many bytes as the store can count.
const MOST: u64 = 1 << 63;

const NO_LIMIT: &str = "without a limit leave it out";

/// A duration; `None` for `"forever"`.
pub(crate) fn age(argument: &Argument, problems: &mut Problems) -> Option<Option<Duration>> {
    if argument.place().to_string() == "forever" {
        problems.at(argument.place(), format!("write `{} = \"forever\"`", argument.key));
        return None;
    }
    let text = parse2::<LitStr>(argument.value.clone().unwrap_or_default());
    if text.is_ok_and(|text| text.value() == "forever") {
        return Some(None);
    }
    values::duration(argument, problems).map(Some)
}

/// A number of bytes, with a unit.
pub(crate) fn size(argument: &Argument, problems: &mut Problems) -> Option<u64> {
    let example = format!("write a number with a unit, as in `{} = \"64MB\"`", argument.key);
    let Ok(text) = parse2::<LitStr>(argument.value.clone().unwrap_or_default()) else {
        problems.at(argument.place(), example);
        return None;
    };
    let has_unit = text.value().ends_with(char::is_alphabetic);
    let message = match text.value().parse::<ByteSize>() {
        Ok(ByteSize(0)) if has_unit => format!("`{}` must be more than zero; {NO_LIMIT}", argument.key),
        Ok(ByteSize(MOST..)) if has_unit => format!("`{}` is more than any disk has; {NO_LIMIT}", text.value()),
        Ok(ByteSize(bytes)) if has_unit => return Some(bytes),
        _ => format!("`{}` is not a size; {example}", text.value()),
    };
    problems.at(&text, message);
    None
}
