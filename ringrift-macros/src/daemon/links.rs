//! The types that the options name, each under an alias, so that a path that leads nowhere is one
//! error; and the impls through which rustc checks what the daemon uses.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Path, spanned::Spanned};

use super::parse::DaemonItem;
use crate::krate::Private;

/// A path in an option.
pub(super) struct Link {
    path: TokenStream,
    /// Stands for the path, at its last name.
    pub(super) alias: Ident,
}

/// All types that the options of a daemon name.
pub(super) struct Links {
    pub(super) depends_on: Vec<Link>,
    pub(super) wants: Vec<Link>,
    pub(super) emits: Vec<Link>,
    pub(super) config: Option<Link>,
}

impl Links {
    /// The links of a daemon; what is wanted and depended on is depended on.
    pub(super) fn of(daemon: &DaemonItem) -> Self {
        let options = &daemon.options;
        let paths = |list: &Option<_>| match list {
            Some(crate::arguments::Given { value, .. }) => Vec::clone(value),
            None => Vec::new(),
        };
        let (depends_on, mut wants) = (paths(&options.depends_on), paths(&options.wants));
        wants.retain(|path| !depends_on.contains(path));
        Self {
            depends_on: links(&depends_on, "__Dependency"),
            wants: links(&wants, "__Wanted"),
            emits: links(&paths(&options.emits), "__Event"),
            config: options.config.as_ref().map(|config| Link {
                alias: Ident::new("__Config", config.value.span()),
                path: config.value.to_token_stream(),
            }),
        }
    }

    /// The daemons of both lists.
    pub(super) fn daemons(&self) -> impl Iterator<Item = &Ident> {
        self.depends_on.iter().chain(&self.wants).map(|link| &link.alias)
    }

    /// `type __Dependency0 = path;` and so on.
    pub(super) fn aliases(&self) -> TokenStream {
        let lists = [&self.depends_on, &self.wants, &self.emits];
        let links = lists.into_iter().flatten().chain(&self.config);
        links.map(|Link { path, alias }| quote!(type #alias = #path;)).collect()
    }

    /// What the daemon may use, as traits.
    ///
    /// Not recommended: a message about one daemon is not helped by a list of all the others.
    pub(super) fn impls(&self, daemon: &DaemonItem, p: &Private) -> TokenStream {
        let ident = &daemon.item.ident;
        let (generics, arguments, bounds) = daemon.item.generics.split_for_impl();
        let depends_on = self.daemons().map(|link| {
            let (span, p) = (link.span(), p.at(link.span()));
            quote_spanned! {span=>
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #generics #p::DependsOn<#link> for #ident #arguments #bounds {}
            }
        });
        let emits = self.emits.iter().map(|Link { alias, .. }| {
            let (span, p) = (alias.span(), p.at(alias.span()));
            quote_spanned! {span=>
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #generics #p::EmittedBy<#ident #arguments> for #alias #bounds {}
            }
        });
        let config = self.config.iter().map(|Link { alias, .. }| {
            let (span, p) = (alias.span(), p.at(alias.span()));
            quote_spanned! {span=>
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #generics #p::ConfiguredBy<#alias> for #ident #arguments #bounds {
                    const SECTION: #p::SectionOf<#alias> = #p::section_of::<#alias>();
                }
            }
        });
        quote!(#(#depends_on)* #(#emits)* #(#config)*)
    }
}

fn links(paths: &[Path], prefix: &str) -> Vec<Link> {
    let link = |(i, path): (usize, &Path)| {
        let last = path.segments.last().map_or_else(|| path.span(), |last| last.ident.span());
        Link { path: path.to_token_stream(), alias: format_ident!("{prefix}{i}", span = last) }
    };
    paths.iter().enumerate().map(link).collect()
}
