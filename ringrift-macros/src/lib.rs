//! The attribute macros of ringrift.

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

/// Makes a struct a daemon.
#[proc_macro_attribute]
pub fn daemon(arguments: TokenStream, item: TokenStream) -> TokenStream {
    daemon::daemon(arguments.into(), &item.into()).into()
}

/// Makes the `#[on_event]` methods of an `impl` block the handlers of a daemon.
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    handlers::handlers(arguments.into(), &item.into()).into()
}

/// Makes a method of a `#[handlers]` block the handler of an event.
#[proc_macro_attribute]
pub fn on_event(_: TokenStream, item: TokenStream) -> TokenStream {
    handlers::misplaced_on_event(&item.into()).into()
}

/// Makes a struct an event.
#[proc_macro_attribute]
pub fn event(arguments: TokenStream, item: TokenStream) -> TokenStream {
    event::event(arguments.into(), &item.into()).into()
}
