//! `#[daemon]`: parse, check, expand.

mod construct;
mod expand;
mod fields;
mod links;
mod options;
mod parse;
mod setters;
mod sharing;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use self::setters::literal as duration_literal;
use crate::problems::Problems;

/// The expansion of `#[daemon(arguments)]` on `item`.
pub(crate) fn daemon(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let parsed = parse::parse(arguments, item, &mut problems);
    let broken = problems.any();
    let errors = problems.into_tokens();
    match parsed {
        Some(daemon) if broken => {
            let daemon = expand::broken(&daemon);
            quote! { #daemon #errors }
        }
        Some(daemon) => expand::whole(&daemon),
        None => quote! { #item #errors },
    }
}
