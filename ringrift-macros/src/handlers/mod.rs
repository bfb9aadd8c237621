//! `#[handlers]` with its `#[on_event]`s: parse, check, expand.

mod expand;
mod method;
mod options;
mod parse;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::problems::Problems;

/// The expansion of `#[handlers(arguments)]` on `item`.
pub(crate) fn handlers(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let parsed = parse::parse(arguments, item, &mut problems);
    let broken = problems.any();
    let errors = problems.into_tokens();
    match parsed {
        Some(block) if broken => {
            // A daemon without a table has the empty one.
            let item = &block.item;
            quote! { #item #errors }
        }
        Some(block) => expand::whole(&block),
        None => quote! { #item #errors },
    }
}

/// `#[on_event]` where `#[handlers]` did not take it away.
pub(crate) fn misplaced_on_event(item: &TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    problems.at_span(
        Span::call_site(),
        "`#[on_event]` works only in a `#[handlers]` block; put `#[handlers]` on the `impl` of the daemon",
    );
    let errors = problems.into_tokens();
    quote! { #item #errors }
}
