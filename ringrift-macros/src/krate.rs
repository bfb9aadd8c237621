//! The path to `ringrift_core` in the expansion, and where its tokens are said to stand.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::arguments::Given;

/// The path of `ringrift_core::__private`.
pub(crate) struct Private {
    path: TokenStream,
    is_renamed: bool,
}

impl Private {
    /// By `crate = path`, or by the crate's own name.
    pub(crate) fn new(krate: Option<&Given<TokenStream>>) -> Self {
        let (path, is_renamed) = match krate {
            Some(given) => (given.value.clone(), true),
            None => (quote!(::ringrift_core), false),
        };
        Self { path: quote!(#path::__private), is_renamed }
    }

    /// The same path at another place: rustc reports an expression where its first token stands.
    ///
    /// It then also seems to be written there, so that rustc does not blame the macro; but a path that
    /// the user gave may be one that only resolves where it stands, as `$crate` does.
    pub(crate) fn at(&self, place: Span) -> Self {
        let moved = self.path.clone().into_iter().map(|mut token: TokenTree| {
            token.set_span(if self.is_renamed { token.span().located_at(place) } else { place });
            token
        });
        Self { path: moved.collect(), is_renamed: self.is_renamed }
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}

/// A place of the user's for tokens that rustc shall not take for the user's own: it suggests no changes
/// to them, and says nothing twice that is said of the user's.
pub(crate) fn located(place: Span) -> Span {
    Span::call_site().located_at(place)
}
