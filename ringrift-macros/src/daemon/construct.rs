//! `impl Construct`: the constructor, the runner, the table of handlers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned};

use super::{
    fields::{DaemonField, Source},
    parse::DaemonItem,
    setters::inject_const,
};
use crate::{
    krate::{Private, located},
    names::type_name,
};

/// What each `#[inject]` field asks of its type, asked once.
pub(super) fn requirements(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let provided = daemon.fields.iter().filter(|field| matches!(field.source, Source::Provided));
    let injects = provided.map(|field| {
        let DaemonField { name, ty, cfgs, .. } = field;
        let (constant, field) = (inject_const(name), name.to_string());
        let type_name = type_name(ty);
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
    let constructor = match &daemon.options.init {
        Some(init) => init_call(&init.value, p),
        None => of_fields(daemon, p),
    };
    let runner = daemon.options.runner.as_ref().map(|runner| runner_call(daemon, &runner.value, p));
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #p::Construct for #ident {
            const HANDLERS: #p::HandlerTable<Self> = {
                #[allow(unused_imports, reason = "the constant of #[handlers] goes first")]
                use #p::NoHandlers as _;
                #p::TableOf::<#ident>::TABLE
            };
            #constructor
            #runner
        }
    }
}

/// The impl of a daemon that is never built; with the functions that its options name.
pub(super) fn unbuilt(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let (generics, arguments, bounds) = daemon.item.generics.split_for_impl();
    let options = Some(&daemon.options).filter(|_| daemon.item.generics.params.is_empty());
    let init = options.and_then(|options| options.init.as_ref()).map(|init| init_call(&init.value, p));
    let runner = options.and_then(|options| options.runner.as_ref());
    let runner = runner.map(|runner| runner_call(daemon, &runner.value, p));
    let constructor = init.unwrap_or_else(|| {
        quote! {
            async fn construct(_: #p::BuildContext<Self>) -> #p::DaemonResult<Self> {
                ::core::unreachable!()
            }
        }
    });
    quote! {
        impl #generics #p::Construct for #ident #arguments #bounds {
            const HANDLERS: #p::HandlerTable<Self> = <#p::TableOf<Self> as #p::NoHandlers<Self>>::TABLE;
            #constructor
            #runner
        }
    }
}

/// `init = path`. What is not `Send` is reported at the path, with the line that is to blame.
fn init_call(path: &Path, p: &Private) -> TokenStream {
    let (span, p) = (path.span(), p.at(path.span()));
    quote_spanned! {span=>
        fn construct(
            build: #p::BuildContext<Self>,
        ) -> impl ::core::future::Future<Output = #p::DaemonResult<Self>> + ::core::marker::Send
        where
            for<'shared> Self: ::core::marker::Send + ::core::marker::Sync,
        {
            #p::init(build, #path)
        }
    }
}

/// `runner = path`, in a function of its own for the same reason.
fn runner_call(daemon: &DaemonItem, path: &Path, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let (span, at_path) = (path.span(), p.at(path.span()));
    let shared = quote!(where for<'shared> #ident: ::core::marker::Sync);
    let run = quote_spanned! {span=>
        fn __runner<'a>(
            daemon: &'a #ident,
            cx: &'a #at_path::Context<#ident>,
        ) -> impl ::core::future::Future<Output = #at_path::DaemonResult> + ::core::marker::Send + 'a
        #shared
        {
            #at_path::run(daemon, cx, #path)
        }
    };
    quote! {
        fn runner<'a>(&'a self, cx: &'a #p::Context<Self>) -> ::core::option::Option<#p::Running<'a>>
        #shared
        {
            #run
            ::core::option::Option::Some(::std::boxed::Box::pin(__runner(self, cx)))
        }
    }
}

fn of_fields(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let build = Ident::new("_build", Span::mixed_site());
    let value = value(daemon, &build, p);
    quote! {
        fn construct(
            build: #p::BuildContext<Self>,
        ) -> impl ::core::future::Future<Output = #p::DaemonResult<Self>> {
            #p::ready(build, |#build| ::core::result::Result::Ok(#value))
        }
    }
}

/// The instance, from a `BuildContext` under a name that the user's expressions can't see.
fn value(daemon: &DaemonItem, build: &Ident, p: &Private) -> TokenStream {
    let fields = daemon.fields.iter().map(|field| {
        let DaemonField { name, ty, cfgs, source, .. } = field;
        // Where a type that the field can't have is reported.
        let (span, p) = (ty.span(), p.at(ty.span()));
        let value = match source {
            Source::Config => {
                let read = quote_spanned!(span=> #p::configured::<Self, #ty>());
                quote!(#read(#build)?)
            }
            Source::Handle(daemon) => {
                let p = p.at(daemon.span());
                let handle = quote_spanned!(daemon.span()=> #p::dependency::<Self, #daemon>());
                quote!(#handle(#build))
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
