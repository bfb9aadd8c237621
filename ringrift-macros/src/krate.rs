//! The path to `ringrift_core` in the expansion.

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Given;

/// `crate = path`, or the crate under its own name.
pub(crate) fn private(krate: Option<&Given<TokenStream>>) -> TokenStream {
    match krate {
        Some(given) => {
            let path = &given.value;
            quote!(#path::__private)
        }
        None => quote!(::ringrift_core::__private),
    }
}
