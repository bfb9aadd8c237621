//! What a value of the wrong form was probably meant to be, for the message about it.

use proc_macro2::TokenStream;
use syn::{LitStr, parse::Parse, parse_str, parse2};

use crate::names::type_name;

/// The value without its quotes, or with quotes, where that has the right form.
pub(super) fn meant<T: Parse>(value: &TokenStream) -> Option<String> {
    let other = match parse2::<LitStr>(value.clone()) {
        Ok(text) => text.value(),
        Err(_) => format!("{:?}", type_name(value)),
    };
    parse_str::<T>(&other).is_ok().then_some(other)
}
