//! The code that `#[daemon]` stands for.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{construct, links::Links, options::DaemonOptions, parse::DaemonItem, setters, sharing};
use crate::{attributes::cfgs, krate::Private};

/// Everything, for a struct without mistakes.
pub(super) fn whole(daemon: &DaemonItem) -> TokenStream {
    let p = &Private::new(daemon.options.krate.as_ref());
    let (item, ident, cfgs) = (&daemon.kept, &daemon.item.ident, cfgs(&daemon.item.attrs));
    let links = Links::of(daemon);
    let (aliases, impls) = (links.aliases(), links.impls(daemon, p));
    let spec = spec(daemon, &links, p);
    let registered = registered(daemon, &links, p);
    let requirements = construct::requirements(daemon, p);
    let construct = construct::construct(daemon, p);
    let check = check(daemon, p);
    let sharing = sharing::check(daemon, p);
    let cycle = own_cycle(daemon, p);
    let is_listed = daemon.options.register.as_ref().is_none_or(|register| register.value);
    let listed =
        is_listed.then(|| quote!(#p::inventory::submit! { #p::DaemonEntry(<#ident as #p::Registered>::SPEC) }));
    let inherent = inherent(daemon, p);
    quote! {
        #item
        #cfgs const _: () = {
            #aliases
            #requirements
            #spec
            #registered
            #impls
            #construct
            #sharing
            #cycle
            #check
            #listed
        };
        #inherent
    }
}

/// The item, and what other code of the user names, so that nothing cascades; with what the options
/// name, so that a mistake there does not come up later.
pub(super) fn broken(daemon: &DaemonItem) -> TokenStream {
    let p = &Private::new(daemon.options.krate.as_ref());
    let (item, ident, cfgs) = (&daemon.kept, &daemon.item.ident, cfgs(&daemon.item.attrs));
    let links = Links::of(daemon);
    let (aliases, impls, level) = (links.aliases(), links.impls(daemon, p), level(daemon, &links, p));
    let construct = construct::unbuilt(daemon, p);
    let inherent = inherent(daemon, p);
    let (generics, arguments, bounds) = daemon.item.generics.split_for_impl();
    quote! {
        #item
        #cfgs const _: () = {
            #[diagnostic::do_not_recommend]
            impl #generics #p::Registered for #ident #arguments #bounds {
                const SPEC: #p::SpecRef = #p::SpecRef::BROKEN;
                type Node<__X> = Self;
            }
            #level
            #construct
            #aliases
            #impls
        };
        #inherent
    }
}

fn spec(daemon: &DaemonItem, links: &Links, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let category = daemon.options.category.as_ref().map(|category| &category.value);
    let setters = setters::setters(daemon, links, p);
    // At the struct's name, where a missing `impl Daemon` is reported.
    let at_name = p.at(ident.span());
    let new = quote_spanned!(ident.span()=> #at_name::DaemonSpec::of::<#ident>);
    let build = sharing::of(&quote!(#ident), p);
    quote! {
        #[allow(unused_imports, reason = "the constant of what is a daemon goes first")]
        use #p::NoSpec as _;
        static SPEC: #p::DaemonSpec = #new(
            <#ident>::TYPE,
            #p::Category::#category,
            #p::Place { file: ::core::file!(), line: ::core::line!(), module: ::core::module_path!() },
            #build::BUILD,
        )
        #setters;
    }
}

fn registered(daemon: &DaemonItem, links: &Links, p: &Private) -> TokenStream {
    let (ident, level) = (&daemon.item.ident, level(daemon, links, p));
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #p::Registered for #ident {
            const SPEC: #p::SpecRef = #p::SpecRef::new(&SPEC);
            type Node<__X> = Self;
        }
        #level
    }
}

/// The only place that asks whether what the daemon depends on is a daemon.
fn level(daemon: &DaemonItem, links: &Links, p: &Private) -> TokenStream {
    let levels = links.daemons().map(|link| {
        let p = p.at(link.span());
        quote_spanned!(link.span()=> <<#link as #p::Registered>::Node<__X> as #p::Level<__X>>::LEVEL)
    });
    let (ident, generics) = (&daemon.item.ident, &daemon.item.generics);
    let (_, arguments, bounds) = generics.split_for_impl();
    let mut with_x = generics.clone();
    with_x.params.push(syn::parse_quote!(__X));
    let (with_x, ..) = with_x.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #with_x #p::Level<__X> for #ident #arguments #bounds {
            const LEVEL: u32 = 1 + #p::max_level(&[#(#levels),*]);
        }
    }
}

/// The walk, at the list that the user must change; a daemon without links is in no cycle.
fn check(daemon: &DaemonItem, p: &Private) -> Option<TokenStream> {
    let ident = &daemon.item.ident;
    let lists = [&daemon.options.depends_on, &daemon.options.wants];
    let list = lists.into_iter().flatten().find(|list| !list.value.is_empty())?;
    let (span, p) = (list.place.span(), p.at(list.place.span()));
    let check = quote_spanned!(span=> #p::check::<#ident>());
    Some(quote!(const _: () = #check;))
}

/// That what the daemon has a pace for is its own, and that nothing is beside a runner, at the option.
fn own_cycle(daemon: &DaemonItem, p: &Private) -> Option<TokenStream> {
    let DaemonOptions { cycle, schedule, runner, .. } = &daemon.options;
    let pace = cycle.as_ref().map(|cycle| &cycle.key).or(schedule.as_ref().map(|schedule| &schedule.key));
    let key = pace.or(runner.as_ref().map(|runner| &runner.key))?;
    let ident = &daemon.item.ident;
    let (name, option, sharing) = (ident.to_string(), key.to_string(), sharing::of(&quote!(#ident), p));
    let p = p.at(key.span());
    let check = quote_spanned!(key.span()=> #p::check_cycle(#sharing::HAS_CYCLE, #name, #option));
    Some(quote!(const _: () = #check;))
}

fn inherent(daemon: &DaemonItem, p: &Private) -> TokenStream {
    let (vis, ident, name) = (&daemon.item.vis, &daemon.item.ident, &daemon.name);
    let (generics, arguments, bounds) = daemon.item.generics.split_for_impl();
    let cfgs = cfgs(&daemon.item.attrs);
    let instance = daemon.item.generics.params.is_empty().then(|| {
        quote! {
            /// The daemon in the current task's runtime, or else in the process's main one.
            ///
            /// # Errors
            /// When there is no runtime, or it has no such daemon.
            #vis fn instance() -> ::core::result::Result<#p::Handle<Self>, #p::NoRuntime> {
                #p::instance::<Self>()
            }
        }
    });
    quote! {
        #cfgs
        #[automatically_derived]
        #[allow(dead_code, unreachable_pub, reason = "generated for every daemon, used where needed")]
        impl #generics #ident #arguments #bounds {
            /// Its variant of `DaemonType`.
            #vis const TYPE: #p::DaemonType = #p::DaemonType::__new(#name);

            #instance
        }
    }
}
