//! The code that `#[handlers]` stands for.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{method::Handler, parse::HandlersBlock};
use crate::{
    attributes::cfgs,
    daemon::duration_literal,
    krate::{Private, located},
    names::{type_name, without_self},
};

/// Everything, for a block without mistakes.
pub(super) fn whole(block: &HandlersBlock) -> TokenStream {
    let p = &Private::new(block.options.krate.as_ref());
    let (item, ty, cfgs) = (&block.item, &block.item.self_ty, cfgs(&block.item.attrs));
    let subs: Vec<Sub> = block.handlers.iter().enumerate().map(|(slot, handler)| Sub::new(slot, handler, p)).collect();
    let (checks, specs) = (subs.iter().map(|sub| &sub.check), subs.iter().map(|sub| &sub.spec));
    let wrappers = block.handlers.iter().map(|handler| wrapper(handler, &quote!(#ty), p));
    let dispatch = dispatch(block, p);
    quote! {
        #item
        #cfgs const _: () = {
            #(#checks)*
            #(#wrappers)*
            #[automatically_derived]
            impl #p::OneHandlersBlockPerDaemon for #ty {
                const SUBS: &'static [#p::SubSpec] = &[#(#specs),*];
                #dispatch
            }
        };
    }
}

/// The block, and what makes sure that nothing is said of it but what is wrong with it.
pub(super) fn broken(block: &HandlersBlock) -> TokenStream {
    // A daemon without a table has the empty one.
    let (item, ty, displaced) = (&block.item, &block.item.self_ty, &block.displaced);
    let (generics, _, bounds) = item.generics.split_for_impl();
    let displaced = (!displaced.is_empty()).then(|| quote!(impl #generics #ty #bounds { #(#displaced)* }));
    quote!(#item #displaced)
}

/// A block of a generic type: if that is a daemon, its `#[daemon]` says that it can't be generic.
pub(super) fn generic(block: &HandlersBlock) -> TokenStream {
    let p = &Private::new(block.options.krate.as_ref());
    let (item, ty, cfgs) = (&block.item, &block.item.self_ty, cfgs(&block.item.attrs));
    let (generics, _, bounds) = item.generics.split_for_impl();
    let p = p.at(ty.span());
    let is_daemon = quote_spanned!(ty.span()=> #p::is_daemon::<#ty>());
    quote! {
        #item
        #cfgs const _: () = {
            #[allow(dead_code, reason = "it is there to be checked")]
            fn __of_a_daemon #generics () #bounds {
                #is_daemon
            }
        };
    }
}

/// One line of the table.
struct Sub {
    /// That the type is an event, and that the name is the event's.
    check: TokenStream,
    spec: TokenStream,
}

impl Sub {
    /// At the literal, where a name that is not the event's is reported.
    fn new(slot: usize, handler: &Handler, p: &Private) -> Self {
        let Handler { name, payload, event, options, .. } = handler;
        let type_name = type_name(payload);
        let (name, span, p) = (name.to_string(), located(event.span()), p.at(event.span()));
        let sub = quote_spanned!(span=> #p::sub::<#payload>(#name, #type_name, #event));
        let dedup = options.dedup.as_ref().map(|dedup| {
            let window = duration_literal(dedup.value);
            quote!(.dedup(#window))
        });
        let timeout = options.timeout.as_ref().map(|timeout| {
            let limit = duration_literal(timeout.value);
            quote!(.timeout(#limit))
        });
        let from = options.from.as_ref().map(|_| quote!(.from_oldest()));
        // At the option, where an event that is not kept is reported; its type is reported where it stands.
        let kept = options.from.as_ref().map(|from| {
            let (alias, at_option) = (format_ident!("__Kept{slot}", span = from.key.span()), p.at(from.key.span()));
            let check = quote_spanned!(from.key.span()=> const _: () = #at_option::kept::<#alias>(););
            quote!(type #alias = #payload; #check)
        });
        let breaker = options.breaker.as_ref().map(|breaker| match breaker.value {
            Some(limit) => quote!(.breaker(::core::option::Option::Some(#limit))),
            None => quote!(.breaker(::core::option::Option::None)),
        });
        let subscription = format_ident!("SUBSCRIPTION_{slot}", span = span);
        let check = quote_spanned!(span=> const _: () = #subscription.check(););
        let sub = quote!(const #subscription: #p::Subscription = #sub;);
        Self { check: quote!(#sub #check #kept), spec: quote!(#subscription.spec #dedup #timeout #from #breaker) }
    }
}

/// The static dispatch, through one function per handler that asks for a `Send` future.
fn dispatch(block: &HandlersBlock, p: &Private) -> TokenStream {
    let arms = block.handlers.iter().enumerate().map(|(slot, Handler { name, output, .. })| {
        let slot = u16::try_from(slot).unwrap_or(u16::MAX);
        // At the type, where one that handlers do not return is reported.
        let at_type = p.at(output.span());
        let returned = quote_spanned!(located(output.span())=> <#output as #at_type::Returned>::returned);
        quote!(#slot => #returned(#name(self, event.payload(), cx).await))
    });
    quote! {
        async fn dispatch<'a>(
            &'a self,
            slot: u16,
            event: &'a #p::Erased,
            cx: &'a #p::Context<Self>,
        ) -> #p::DaemonResult
        where
            for<'shared> Self: ::core::marker::Sync,
        {
            match slot {
                #(#arms,)*
                _ => ::core::unreachable!("the router knows the table"),
            }
        }
    }
}

fn wrapper(handler: &Handler, ty: &TokenStream, p: &Private) -> TokenStream {
    let Handler { name, payload, context, output, .. } = handler;
    let output = without_self(output, ty);
    // At the type, where the context of another daemon is reported. It is not named: rustc would report a
    // name that leads nowhere here, too.
    let at_type = p.at(*context);
    let cx = Ident::new("cx", name.span());
    let own = quote_spanned!(*context=> #at_type::context_of(#cx));
    let (span, p) = (name.span(), p.at(name.span()));
    quote_spanned! {span=>
        #[inline]
        fn #name<'a>(
            daemon: &'a #ty,
            event: &'a #payload,
            #cx: &'a #p::Context<#ty>,
        ) -> impl ::core::future::Future<Output = #output> + ::core::marker::Send + 'a
        where
            for<'shared> #ty: ::core::marker::Sync,
        {
            <#ty>::#name(daemon, event, #own)
        }
    }
}
