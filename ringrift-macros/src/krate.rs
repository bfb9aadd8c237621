//! The path to `ringrift_core` in the expansion, and where its tokens are said to stand.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::arguments::Given;

/// The path of `ringrift_core::__private`.
pub(crate) struct Private(TokenStream);

impl Private {
    /// By `crate = path`, or by the crate's own name.
    pub(crate) fn new(krate: Option<&Given<TokenStream>>) -> Self {
        Self(match krate {
            Some(given) => {
                let path = &given.value;
                quote!(#path::__private)
            }
            None => quote!(::ringrift_core::__private),
        })
    }

    /// The same path at another place: rustc reports an expression where its first token stands.
    pub(crate) fn at(&self, place: Span) -> Self {
        let moved = self.0.clone().into_iter().map(|mut token: TokenTree| {
            token.set_span(token.span().located_at(place));
            token
        });
        Self(moved.collect())
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// Names that resolve as ours do, at a place of the user's.
pub(crate) fn located(place: Span) -> Span {
    Span::call_site().located_at(place)
}
