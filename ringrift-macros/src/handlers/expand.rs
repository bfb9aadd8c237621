//! The code that `#[handlers]` stands for.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{method::Handler, parse::HandlersBlock};
use crate::{attributes::cfgs, daemon::duration_literal, krate::private};

/// Everything, for a block without mistakes.
pub(super) fn whole(block: &HandlersBlock) -> TokenStream {
    let p = &private(block.options.krate.as_ref());
    let (item, cfgs) = (&block.item, cfgs(&block.item.attrs));
    let table = table(block, p);
    let dispatch = dispatch(block, p);
    quote! {
        #item
        #cfgs #table
        #cfgs const _: () = { #dispatch };
    }
}

/// The table, as an inherent constant, so that two blocks are an error that says so.
fn table(block: &HandlersBlock, p: &TokenStream) -> TokenStream {
    let ty = &block.item.self_ty;
    let count = block.handlers.len();
    let subs = block.handlers.iter().map(|handler| sub(handler, p));
    quote! {
        #[automatically_derived]
        #[doc(hidden)]
        #[allow(non_upper_case_globals, unreachable_pub, reason = "the name is the message when there are two")]
        impl #ty {
            pub const OneHandlersBlockPerDaemon: #p::HandlerTable<Self> = {
                static SUBS: [#p::SubSpec; #count] = [#(#subs),*];
                #p::HandlerTable::new(&SUBS)
            };
        }
    }
}

/// At the literal, where a name that is not the event's is reported.
fn sub(handler: &Handler, p: &TokenStream) -> TokenStream {
    let Handler {
        name,
        payload,
        event,
        options,
    } = handler;
    let (name, type_name) = (
        name.to_string(),
        quote!(#payload).to_string().replace(' ', ""),
    );
    let span = Span::call_site().located_at(event.span());
    let dedup = options.dedup.as_ref().map(|dedup| {
        let window = duration_literal(dedup.value);
        quote!(.dedup(#window))
    });
    let timeout = options.timeout.as_ref().map(|timeout| {
        let limit = duration_literal(timeout.value);
        quote!(.timeout(#limit))
    });
    let sub = quote_spanned!(span=> #p::sub::<#payload>(#name, #type_name, #event));
    quote!(#sub #dedup #timeout)
}

/// The static dispatch, through one function per handler that asks for a `Send` future.
fn dispatch(block: &HandlersBlock, p: &TokenStream) -> TokenStream {
    let ty = &block.item.self_ty;
    let wrappers = block
        .handlers
        .iter()
        .map(|handler| wrapper(handler, &quote!(#ty), p));
    let arms = block.handlers.iter().enumerate().map(|(slot, handler)| {
        let (slot, name) = (u16::try_from(slot).unwrap_or(u16::MAX), &handler.name);
        quote!(#slot => #name(self, event.payload(), cx).await)
    });
    quote! {
        #(#wrappers)*
        #[automatically_derived]
        impl #p::Handlers for #ty {
            async fn dispatch<'a>(
                &'a self,
                slot: u16,
                event: &'a #p::Erased,
                cx: &'a #p::Context<Self>,
            ) -> #p::DaemonResult {
                match slot {
                    #(#arms,)*
                    _ => ::core::unreachable!("the router knows the table"),
                }
            }
        }
    }
}

fn wrapper(handler: &Handler, ty: &TokenStream, p: &TokenStream) -> TokenStream {
    let Handler { name, payload, .. } = handler;
    let span = Span::call_site().located_at(name.span());
    quote_spanned! {span=>
        #[inline]
        fn #name<'a>(
            daemon: &'a #ty,
            event: &'a #payload,
            cx: &'a #p::Context<#ty>,
        ) -> impl ::core::future::Future<Output = #p::DaemonResult> + ::core::marker::Send + 'a {
            <#ty>::#name(daemon, event, cx)
        }
    }
}
