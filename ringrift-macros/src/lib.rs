//! The attribute macros of ringrift: [`macro@daemon`], [`macro@handlers`], [`macro@on_event`],
//! [`macro@event`].
//!
//! Each works in three steps: it parses its tokens, checks them, and expands. All mistakes of an item
//! are reported in one compile, each at the token to change; the user's item is kept, and dummies
//! stand in for what could not be written, so that one mistake is one message. What only types can
//! tell is left to rustc: small items at the user's places, and traits of `ringrift_core::__private`
//! whose messages say what to write. `ui-tests/` has a smallest program for every message.
//!
//! A path in an option goes by an alias, and what rustc would ask of a type in two places is asked in
//! one: it reports the same mistake twice unless both messages are equal to the letter.

mod arguments;
mod attributes;
mod daemon;
mod event;
mod handlers;
mod krate;
mod names;
mod nearest;
mod problems;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/daemon.md")]
#[proc_macro_attribute]
pub fn daemon(arguments: TokenStream, item: TokenStream) -> TokenStream {
    daemon::daemon(arguments.into(), &item.into()).into()
}

#[doc = include_str!("../docs/handlers.md")]
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    handlers::handlers(arguments.into(), &item.into()).into()
}

#[doc = include_str!("../docs/on_event.md")]
#[proc_macro_attribute]
pub fn on_event(_: TokenStream, item: TokenStream) -> TokenStream {
    handlers::misplaced_on_event(&item.into()).into()
}

#[doc = include_str!("../docs/event.md")]
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    event::event(arguments.into(), &item.into()).into()
}
