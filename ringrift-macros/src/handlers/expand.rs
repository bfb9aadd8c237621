//! The code that `#[handlers]` stands for.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{method::Handler, parse::HandlersBlock};
use crate::{
    attributes::cfgs,
    daemon::duration_literal,
    krate::{Private, located},
    names::type_name,
};

/// Everything, for a block without mistakes.
pub(super) fn whole(block: &HandlersBlock) -> TokenStream {
    let p = &Private::new(block.options.krate.as_ref());
    let (item, ty, cfgs) = (&block.item, &block.item.self_ty, cfgs(&block.item.attrs));
    let subs: Vec<Sub> = block.handlers.iter().map(|handler| Sub::new(handler, p)).collect();
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

/// One line of the table.
struct Sub {
    /// That the name is the event's.
    check: TokenStream,
    spec: TokenStream,
}

impl Sub {
    /// At the literal, where a name that is not the event's is reported.
    fn new(handler: &Handler, p: &Private) -> Self {
        let Handler { name, payload, event, options } = handler;
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
        // At the option, where an event that is not kept is reported.
        let kept = options.from.as_ref().map(|from| {
            let at_option = p.at(from.key.span());
            quote_spanned!(from.key.span()=> const _: () = #at_option::kept::<#payload>();)
        });
        let breaker = options.breaker.as_ref().map(|breaker| match breaker.value {
            Some(limit) => quote!(.breaker(::core::option::Option::Some(#limit))),
            None => quote!(.breaker(::core::option::Option::None)),
        });
        let check = quote_spanned!(span=> const _: () = #sub.check(););
        Self { check: quote!(#check #kept), spec: quote!(#sub.spec #dedup #timeout #from #breaker) }
    }
}

/// The static dispatch, through one function per handler that asks for a `Send` future.
fn dispatch(block: &HandlersBlock, p: &Private) -> TokenStream {
    let arms = block.handlers.iter().enumerate().map(|(slot, handler)| {
        let (slot, name) = (u16::try_from(slot).unwrap_or(u16::MAX), &handler.name);
        quote!(#slot => #name(self, event.payload(), cx).await)
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
    let Handler { name, payload, .. } = handler;
    let (span, p) = (name.span(), p.at(name.span()));
    quote_spanned! {span=>
        #[inline]
        fn #name<'a>(
            daemon: &'a #ty,
            event: &'a #payload,
            cx: &'a #p::Context<#ty>,
        ) -> impl ::core::future::Future<Output = #p::DaemonResult> + ::core::marker::Send + 'a
        where
            for<'shared> #ty: ::core::marker::Sync,
        {
            <#ty>::#name(daemon, event, cx)
        }
    }
}
