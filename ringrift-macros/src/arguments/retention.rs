//! How much is kept of a durable event.

use std::time::Duration;

use bytesize::ByteSize;
use syn::{LitStr, parse2};

use super::{Argument, values};
use crate::problems::Problems;

/// A duration; `None` for `"forever"`.
pub(crate) fn age(argument: &Argument, problems: &mut Problems) -> Option<Option<Duration>> {
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
    match text.value().parse::<ByteSize>() {
        Ok(ByteSize(bytes)) if bytes > 0 && has_unit => Some(bytes),
        _ => {
            problems.at(&text, format!("`{}` is not a size; {example}", text.value()));
            None
        }
    }
}
