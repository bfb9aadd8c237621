//! `impl Construct`: the constructor, the runner, the table of handlers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{
    fields::{DaemonField, Source},
    parse::DaemonItem,
    setters::inject_const,
};
use crate::krate::{Private, located};

/// What each `#[inject]` field asks of its type, asked once.
pub(super) fn requirements(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let provided = daemon.fields.iter().filter(|field| matches!(field.source, Source::Provided));
    let injects = provided.map(|field| {
        let DaemonField { name, ty, cfgs, .. } = field;
        let (constant, field) = (inject_const(name), name.to_string());
        let type_name = quote!(#ty).to_string().replace(' ', "");
        let p = p.at(ty.span());
        quote_spanned! {located(ty.span())=>
            #cfgs const #constant: #p::Injected<#ty> = #p::injected::<#ty>(#field, #type_name);
        }
    });
    quote!(#(#injects)*)
}

/// The whole impl.
pub(super) fn construct(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let runner = daemon.options.runner.as_ref().map(|runner| {
        let path = &runner.value;
        let (span, at_path) = (located(path.span()), p.at(path.span()));
        let run = quote_spanned!(span=> #at_path::run(#path, daemon, cx));
        quote! {
            const RUNNER: ::core::option::Option<#p::RunnerFn<Self>> =
                ::core::option::Option::Some(|daemon, cx| #run);
        }
    });
    let body = match &daemon.options.init {
        Some(init) => {
            let path = &init.value;
            let (span, p) = (located(path.span()), p.at(path.span()));
            quote_spanned!(span=> #p::init(#path, build))
        }
        None => {
            let build = Ident::new("_build", Span::mixed_site());
            let value = value(daemon, &build, p);
            quote!(#p::ready(build, |#build| ::core::result::Result::Ok(#value)))
        }
    };
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #p::Construct for #ident {
            const HANDLERS: #p::HandlerTable<Self> = {
                #[allow(unused_imports, reason = "the constant of #[handlers] goes first")]
                use #p::NoHandlers as _;
                #p::TableOf::<#ident>::TABLE
            };
            #runner
            fn construct(
                build: #p::BuildContext<Self>,
            ) -> impl ::core::future::Future<Output = #p::DaemonResult<Self>> + ::core::marker::Send {
                #body
            }
        }
    }
}

/// The instance, from a `BuildContext` under a name that the user's expressions can't see.
fn value(daemon: &DaemonItem, build: &Ident, p: &Private) -> TokenStream {
    let fields = daemon.fields.iter().map(|field| {
        let DaemonField { name, ty, cfgs, source, .. } = field;
        // Where a type that the field can't have is reported.
        let (span, p) = (located(ty.span()), p.at(ty.span()));
        let mut build = build.clone();
        build.set_span(build.span().located_at(ty.span()));
        let value = match source {
            Source::Config => quote_spanned!(span=> #build.config::<#ty>()?),
            Source::Handle(daemon) => {
                build.set_span(build.span().located_at(daemon.span()));
                quote_spanned!(located(daemon.span())=> #build.daemon::<#daemon>())
            }
            Source::Provided => {
                let constant = inject_const(name);
                quote!(#constant.value(#build)?)
            }
            Source::Init(expr) => quote!(#expr),
            Source::Default => {
                quote_spanned!(span=> <#ty as #p::FieldDefault>::field_default())
            }
        };
        quote!(#cfgs #name: #value)
    });
    quote!(Self { #(#fields),* })
}
