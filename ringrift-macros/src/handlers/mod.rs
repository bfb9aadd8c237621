//! `#[handlers]` with its `#[on_event]`s: parse, check, expand.

mod expand;
mod method;
mod options;
mod parse;
mod signature;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ImplItemFn, parse2};

use crate::{attributes::is_key_value, problems::Problems};

/// The expansion of `#[handlers(arguments)]` on `item`.
pub(crate) fn handlers(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let parsed = parse::parse(arguments, item, &mut problems);
    let broken = problems.any();
    let errors = problems.into_tokens();
    match parsed {
        Some(block) if broken => {
            let block = expand::broken(&block);
            quote! { #block #errors }
        }
        Some(block) if !block.item.generics.params.is_empty() => expand::generic(&block),
        Some(block) => expand::whole(&block),
        None => quote! { #item #errors },
    }
}

/// `#[on_event]` where `#[handlers]` did not take it away.
pub(crate) fn misplaced_on_event(item: &TokenStream) -> TokenStream {
    let message =
        "`#[on_event]` works only in a `#[handlers]` block; put `#[handlers]` on an `impl` block of the daemon's own";
    let error = syn::Error::new(Span::call_site(), message).into_compile_error();
    let error = Some(error).filter(|_| !is_key_value());
    // In the `impl` of a trait, the method would be said to be none of the trait's, too.
    let is_method = parse2::<ImplItemFn>(item.clone()).is_ok_and(|method| method.sig.receiver().is_some());
    let item = Some(item).filter(|_| !is_method);
    quote! { #item #error }
}
