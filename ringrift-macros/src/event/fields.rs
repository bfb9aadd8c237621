//! The fields of an event, of all variants, and what is asked of each.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Fields, Ident, ItemEnum, ItemStruct, Type, Variant, spanned::Spanned};

use super::{kept, parse::plain};
use crate::{
    attributes::cfgs,
    krate::Private,
    names::{type_name, without_self},
};

/// One field.
pub(super) struct EventField {
    /// `key`, `0`, `Started.key`
    name: String,
    pub(super) ty: Type,
    cfgs: TokenStream,
    /// What goes with the derived impls that take it for granted that the field can be serialised.
    pub(super) alias: Option<TokenStream>,
    /// Whether it is a reference that would have to be read from JSON.
    pub(super) is_borrowed: bool,
}

/// Those of a struct.
pub(super) fn of_struct(item: &mut ItemStruct, p: &Private) -> Vec<EventField> {
    let is_derived = kept::is_derived(&item.attrs, &item.generics);
    of(&item.ident, "", &TokenStream::new(), &mut item.fields, Some(p).filter(|_| is_derived))
}

/// Those of an enum.
pub(super) fn of_enum(item: &mut ItemEnum, p: &Private) -> Vec<EventField> {
    let is_derived = kept::is_derived(&item.attrs, &item.generics);
    let of_variant = |variant: &mut Variant| {
        let p = Some(p).filter(|_| is_derived && kept::is_harmless(&variant.attrs));
        of(&item.ident, &format!("{}.", plain(&variant.ident)), &cfgs(&variant.attrs), &mut variant.fields, p)
    };
    item.variants.iter_mut().flat_map(of_variant).collect()
}

fn of(ident: &Ident, of: &str, outer: &TokenStream, fields: &mut Fields, p: Option<&Private>) -> Vec<EventField> {
    let fields = fields.iter_mut().enumerate().map(|(i, field)| {
        let name = format!("{of}{}", field.ident.as_ref().map_or_else(|| i.to_string(), plain));
        let inner = cfgs(&field.attrs);
        let is_borrowed = p.is_some() && kept::is_borrowed(&field.ty) && kept::is_harmless(&field.attrs);
        let alias = p.and_then(|p| kept::assume(ident, field, &name, p));
        EventField { name, ty: without_self(&field.ty, ident), cfgs: quote!(#outer #inner), alias, is_borrowed }
    });
    fields.collect()
}

/// The checks of each, at its type, and of the whole, at its name.
pub(super) fn checks(event: &Ident, fields: &[EventField], p: &Private) -> TokenStream {
    let text = event.to_string();
    let checks = fields.iter().map(|EventField { name, ty, cfgs, alias, .. }| {
        let (ty_text, at_type) = (type_name(ty), p.at(ty.span()));
        let is_kept = is_kept(ty, alias.is_some(), p);
        let field = quote! {
            &#p::SharedField { name: #name, type_name: #ty_text, is_shared: #p::Sharing::<#ty>::IS_SHARED }
        };
        let check = quote_spanned!(ty.span()=> #at_type::check_field(#text, #field, #is_kept));
        quote! {
            #cfgs
            #[allow(deprecated, reason = "the field says so itself")]
            const _: () = #check;
        }
    });
    let assumed = fields.iter().filter(|field| field.alias.is_some()).map(|field| is_kept(&field.ty, true, p));
    let (assumed, at_name): (Vec<_>, _) = (assumed.collect(), p.at(event.span()));
    let is_whole = !assumed.is_empty() && !fields.iter().any(|field| field.is_borrowed);
    let whole = is_whole.then(|| {
        let is_kept = quote!(#at_name::Sharing::<#event>::IS_KEPT);
        let check = quote_spanned!(event.span()=> #at_name::check_kept(#text, #is_kept, &[#(#assumed),*]));
        quote! {
            #[allow(deprecated, reason = "the fields say so themselves")]
            const _: () = #check;
        }
    });
    quote! {
        #[allow(unused_imports, reason = "the constants of what is as it should be go first")]
        use #p::{NotCoded as _, NotErased as _, NotShared as _};
        #(#checks)*
        #whole
    }
}

/// Whether a field can be serialised, where nobody else asks.
fn is_kept(ty: &Type, is_assumed: bool, p: &Private) -> TokenStream {
    if is_assumed { quote!(#p::Sharing::<#ty>::IS_KEPT) } else { quote!(true) }
}
