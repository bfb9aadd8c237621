//! Collects the mistakes of one item, so that one compile reports them all.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use crate::attributes::is_key_value;

/// All that is wrong with one item so far.
#[derive(Default)]
pub(crate) struct Problems(Option<syn::Error>);

impl Problems {
    /// Notes a mistake at the tokens that the user must change.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake at a place.
    pub(crate) fn at_span(&mut self, span: Span, message: impl Display) {
        self.add(syn::Error::new(span, message));
    }

    /// Notes an error of `syn`.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// The value, or `None` once the error is noted.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Whether anything is wrong.
    pub(crate) fn any(&self) -> bool {
        self.0.is_some()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// A `compile_error!` for each mistake.
    ///
    /// In a constant: beside a bare one rustc keeps silent about names that lead nowhere in its module,
    /// which would come up only once the mistake is mended. Nothing beside what rustc says of `#[name = value]`.
    pub(crate) fn into_tokens(self) -> Option<TokenStream> {
        let errors = self.0.filter(|_| !is_key_value())?.to_compile_error();
        Some(quote!(const _: () = { #errors };))
    }
}
