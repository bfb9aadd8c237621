//! The fields of an event, of all variants.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, Ident, ItemEnum, Type, spanned::Spanned};

use crate::{
    attributes::cfgs,
    krate::Private,
    names::{type_name, without_self},
};

/// One field.
pub(super) struct EventField {
    /// `key`, `0`, `Started.key`
    name: String,
    ty: Type,
    cfgs: TokenStream,
}

/// Those of a struct.
pub(super) fn of_struct(ident: &Ident, fields: &Fields) -> Vec<EventField> {
    of(ident, "", &TokenStream::new(), fields).collect()
}

/// Those of an enum.
pub(super) fn of_enum(item: &ItemEnum) -> Vec<EventField> {
    let of_variant = |variant: &syn::Variant| -> Vec<EventField> {
        of(&item.ident, &format!("{}.", variant.ident), &cfgs(&variant.attrs), &variant.fields).collect()
    };
    item.variants.iter().flat_map(of_variant).collect()
}

fn of(ident: &Ident, of: &str, outer: &TokenStream, fields: &Fields) -> impl Iterator<Item = EventField> {
    fields.iter().enumerate().map(move |(i, field)| {
        let (name, inner) =
            (field.ident.as_ref().map_or_else(|| i.to_string(), super::parse::plain), cfgs(&field.attrs));
        EventField { name: format!("{of}{name}"), ty: without_self(&field.ty, ident), cfgs: quote!(#outer #inner) }
    })
}

/// What is asked of each, at its type.
pub(super) fn checks(event: &Ident, fields: &[EventField], p: &Private) -> TokenStream {
    let event = event.to_string();
    let checks = fields.iter().map(|EventField { name, ty, cfgs }| {
        let (text, at_type) = (type_name(ty), p.at(ty.span()));
        let field = quote! {
            &#p::SharedField { name: #name, type_name: #text, is_shared: #p::Sharing::<#ty>::IS_SHARED }
        };
        let check = quote_spanned!(ty.span()=> #at_type::check_field(#event, #field));
        quote!(#cfgs const _: () = #check;)
    });
    quote! {
        #[allow(unused_imports, reason = "the constants of what is shared go first")]
        use #p::{NotErased as _, NotShared as _};
        #(#checks)*
    }
}
