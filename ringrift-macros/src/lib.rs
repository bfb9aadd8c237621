//! The attribute macros of ringrift.
use proc_macro::TokenStream;
/// d
#[proc_macro_attribute]
pub fn daemon(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
/// h
#[proc_macro_attribute]
pub fn handlers(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
/// o
#[proc_macro_attribute]
pub fn on_event(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
/// e
#[proc_macro_attribute]
pub fn event(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
