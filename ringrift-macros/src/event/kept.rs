//! That the fields of an event can be serialised, asked once, at each field's type.
//!
//! What serde derives asks it four times for each field: for an event that derives both traits, those impls
//! take it for granted (`#[serde(bound)]`), and the check beside them says it. The impls hold then only if they
//! hold for the fields, which is the same, but for an event that holds itself. What names itself is left out;
//! of one that holds itself by an alias or by another event, rustc says that it overflows, and an own
//! `#[serde(bound = "")]` of the field is the way out.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Field, GenericArgument, Generics, Ident, LitStr, Meta, Path, PathArguments, PathSegment, Token, Type,
    parse_quote, punctuated::Punctuated, spanned::Spanned,
};

use crate::{krate::Private, names::type_name};

/// Options of serde beside which a field is written and read by the traits of its own type.
const HARMLESS: [&str; 12] = [
    "alias",
    "content",
    "default",
    "deny_unknown_fields",
    "expecting",
    "flatten",
    "rename",
    "rename_all",
    "rename_all_fields",
    "skip_serializing_if",
    "tag",
    "untagged",
];

/// Whether both of serde's traits are derived, in the usual way.
pub(super) fn is_derived(attributes: &[Attribute], generics: &Generics) -> bool {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths =
        derives.filter_map(|derive| derive.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok());
    let names: Vec<String> = paths.flatten().map(|path| type_name(&path).trim_start_matches("::").to_owned()).collect();
    let has = |name: &str| names.iter().any(|path| path == name || *path == format!("serde::{name}"));
    generics.params.is_empty() && has("Serialize") && has("Deserialize") && is_harmless(attributes)
}

/// Whether serde is told nothing that changes what it asks of the types.
pub(super) fn is_harmless(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| match &attribute.meta {
        Meta::List(list) if attribute.path().is_ident("serde") => {
            words(&list.tokens).all(|word| HARMLESS.contains(&word.as_str()))
        }
        _ => !attribute.path().is_ident("cfg") && !attribute.path().is_ident("cfg_attr"),
    })
}

fn words(tokens: &TokenStream) -> impl Iterator<Item = String> {
    tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    })
}

/// Lets the derived impls assume it of a field, by an alias, since the bound is a string; the alias, or
/// nothing for a field of which it is not known.
pub(super) fn assume(event: &Ident, field: &mut Field, name: &str, p: &Private) -> Option<TokenStream> {
    // Of a type that holds the event itself, the bound would need itself; and of references rustc asks by
    // their lifetimes, which no constant can be chosen by.
    let is_other = mentions(field.ty.to_token_stream(), event);
    if is_other || !is_harmless(&field.attrs) || matches!(field.ty, Type::Macro(_)) {
        return None;
    }
    let alias = format_ident!("__{event}_{}", name.replace('.', "_"), span = field.ty.span());
    let bound = quote!(for<'shared> #alias: #p::Payload).to_string();
    let bound = LitStr::new(&bound, field.ty.span());
    let ty = &field.ty;
    let declared = quote! {
        #[doc(hidden)]
        #[allow(non_camel_case_types, deprecated, dead_code, clippy::all, reason = "the type is that of the field")]
        type #alias = #ty;
    };
    field.attrs.push(parse_quote!(#[serde(bound = #bound)]));
    Some(declared)
}

/// Whether a type is a reference, or holds one for certain.
pub(super) fn is_borrowed(ty: &Type) -> bool {
    let path = match ty {
        Type::Reference(_) => return true,
        Type::Path(path) => &path.path,
        _ => return false,
    };
    let Some(PathSegment { ident, arguments: PathArguments::AngleBracketed(arguments) }) = path.segments.last() else {
        return false;
    };
    let is_holder = ["Box", "Option", "Vec"].iter().any(|holder| ident == holder);
    is_holder && arguments.args.iter().any(|of| matches!(of, GenericArgument::Type(ty) if is_borrowed(ty)))
}

/// Whether a type names the event, or borrows.
fn mentions(tokens: TokenStream, event: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *event || ident == "Self",
        TokenTree::Group(group) => mentions(group.stream(), event),
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Literal(_) => false,
    })
}
