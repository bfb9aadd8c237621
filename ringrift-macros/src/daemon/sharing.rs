//! That the daemon can be shared between threads: one message for it, which names the fields.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::{fields::DaemonField, parse::DaemonItem};
use crate::{krate::Private, names::type_name};

/// What is known of a type's sharing, for a `::CONSTANT` after it; needs `NotShared` in scope.
pub(super) fn of(ty: &TokenStream, p: &Private) -> TokenStream {
    quote!(#p::Sharing::<#ty>)
}

/// The check, at the struct's name.
pub(super) fn check(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let fields = daemon.fields.iter().map(|DaemonField { name, ty, cfgs, .. }| {
        let (name, text, sharing) = (name.to_string(), type_name(ty), of(&ty.to_token_stream(), p));
        quote!(#cfgs #p::SharedField { name: #name, type_name: #text, is_shared: #sharing::IS_SHARED })
    });
    let (name, sharing, at_name) = (ident.to_string(), of(&quote!(#ident), p), p.at(ident.span()));
    let fields = quote!(&[#(#fields),*]);
    let check = quote_spanned!(ident.span()=> #at_name::check_shared(#sharing::IS_SHARED, #name, #fields));
    quote! {
        #[allow(unused_imports, reason = "the constants of what is shared go first")]
        use #p::NotShared as _;
        const _: () = #check;
    }
}
