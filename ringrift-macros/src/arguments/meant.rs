//! What a value of the wrong form was probably meant to be, for the message about it.

use proc_macro2::TokenStream;
use syn::{LitStr, Path, parse::Parse, parse_str, parse2};

use crate::names::{type_name, upper_camel_case};

/// The value without its quotes, or with quotes, where that has the right form.
pub(super) fn meant<T: Parse>(value: &TokenStream) -> Option<String> {
    let other = match parse2::<LitStr>(value.clone()) {
        Ok(text) => text.value(),
        Err(_) => format!("{:?}", type_name(value)),
    };
    parse_str::<T>(&other).is_ok().then_some(other)
}

/// The same of the element of a list, in which a text with too many quotes names a type.
pub(super) fn meant_element<T: Parse>(element: &TokenStream) -> Option<String> {
    match parse2::<LitStr>(element.clone()) {
        Ok(text) => meant_type(&text.value()),
        Err(_) => meant::<T>(element),
    }
}

/// The path of a type, where a name of what it stands for was written: of `dlq_retry`, `DlqRetry`.
fn meant_type(text: &str) -> Option<String> {
    let (module, name) = text.rsplit_once("::").map_or((None, text), |(module, name)| (Some(module), name));
    let ty = if is_type(name) { name.to_owned() } else { upper_camel_case(name) };
    let path = module.map_or_else(|| ty.clone(), |module| format!("{module}::{ty}"));
    parse_str::<Path>(&path).is_ok().then_some(path)
}

/// Whether it is written as a type is.
fn is_type(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase) && !name.contains(['_', '-', ' '])
}

#[cfg(test)]
mod tests {
    use super::meant_type;

    #[test]
    fn names_become_the_types_they_stand_for() {
        let check = |text, expected: Option<&str>| assert_eq!(meant_type(text).as_deref(), expected, "{text}");
        check("GAME_PLAYED", Some("GamePlayed"));
        check("PING", Some("Ping"));
        check("event_router", Some("EventRouter"));
        check("dlq-retry", Some("DlqRetry"));
        check("crate::sync::auto_sync", Some("crate::sync::AutoSync"));
        check("crate::sync::AutoSync", Some("crate::sync::AutoSync"));
        check("HTTPServer", Some("HTTPServer"));
        check("", None);
        check("3 times", None);
    }
}
