//! `#[event]`: parse, check, expand.

mod options;
mod parse;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse_quote;

use self::parse::EventItem;
use crate::{attributes::cfgs, daemon::duration_literal, krate::Private, problems::Problems};

/// The expansion of `#[event(arguments)]` on `item`.
pub(crate) fn event(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let parsed = parse::parse(arguments, item, &mut problems);
    let is_listed = !problems.any();
    let errors = problems.into_tokens();
    // With a mistake in it, it is an event all the same: who names it is not to blame.
    match parsed {
        Some(event) => {
            let (item, expansion) = (&event.kept, expand(&event, is_listed));
            quote! { #item #expansion #errors }
        }
        None => quote! { #item #errors },
    }
}

fn expand(event: &EventItem, is_listed: bool) -> TokenStream {
    let p = &Private::new(event.options.krate.as_ref());
    let EventItem { ident, name, options, .. } = event;
    let cfgs = cfgs(&event.attributes);
    let aliases = options.aliases.as_ref().map(|aliases| {
        let names = &aliases.value;
        quote!(const ALIASES: &'static [&'static str] = &[#(#names),*];)
    });
    let listed = is_listed.then(|| quote!(#p::inventory::submit! { #p::EventEntry(#p::meta_of::<#ident>()) }));
    let kept = if is_durable(event) { quote!(Durable) } else { quote!(Transient) };
    // At the name, where a payload that can't be serialised, or sent, is reported.
    let (span, at_name) = (ident.span(), p.at(ident.span()));
    let mut of = event.generics.clone();
    if !of.params.is_empty() {
        of.make_where_clause()
            .predicates
            .push(parse_quote!(Self: ::core::marker::Send + ::core::marker::Sync + 'static));
    }
    let (generics, arguments, bounds) = of.split_for_impl();
    let header = quote_spanned!(span=> impl #generics #at_name::Event for #ident #arguments #bounds);
    let meta = meta(event, p);
    quote! {
        #cfgs const _: () = {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            #header {
                const NAME: &'static str = #name;
                #aliases
                fn meta() -> &'static #p::EventMeta {
                    #meta
                }
            }
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl #generics #p::#kept for #ident #arguments #bounds {}
            #listed
        };
    }
}

/// What is known of it; of a generic type, which is no event, nothing.
fn meta(event: &EventItem, p: &Private) -> TokenStream {
    if !event.generics.params.is_empty() {
        return quote!(::core::unreachable!());
    }
    let (ident, setters) = (&event.ident, setters(event));
    let p_at_name = p.at(ident.span());
    let new = quote_spanned!(ident.span()=> #p_at_name::EventMeta::new::<#ident>);
    quote! {
        static META: #p::EventMeta = #new(::core::file!(), ::core::line!())#setters;
        &META
    }
}

fn setters(event: &EventItem) -> TokenStream {
    let description = &event.description;
    let described = (!description.is_empty()).then(|| quote!(.description(#description)));
    let is_external = event.options.external.as_ref().is_some_and(|external| external.value);
    let external = is_external.then(|| quote!(.external()));
    let durable = is_durable(event).then(|| quote!(.durable()));
    let dedup_key = event.options.dedup_key.as_ref().map(|keys| {
        let fields = &keys.value;
        quote!(.dedup_key(&[#(#fields),*]))
    });
    let retention = event.options.retention.as_ref().map(|retention| match retention.value {
        Some(age) => {
            let age = duration_literal(age);
            quote!(.retention(::core::option::Option::Some(#age)))
        }
        None => quote!(.retention(::core::option::Option::None)),
    });
    let size = event.options.retention_size.as_ref().map(|size| {
        let bytes = size.value;
        quote!(.retention_size(#bytes))
    });
    quote!(#described #external #durable #retention #size #dedup_key)
}

fn is_durable(event: &EventItem) -> bool {
    event.options.durable.as_ref().is_some_and(|durable| durable.value)
}
