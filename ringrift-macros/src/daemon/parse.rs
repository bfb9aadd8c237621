//! From tokens to a [`DaemonItem`], with every mistake noted.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Fields, Item, ItemEnum, ItemStruct, ItemUnion, parse_quote, parse2};

use super::{
    fields::{self, DaemonField, Source},
    options::DaemonOptions,
};
use crate::{
    arguments::{Form, section::is_no_section, split, words::category_list},
    attributes::{first_doc_line, take_repeated},
    names::{snake_case, type_name},
    problems::Problems,
};

/// A struct with `#[daemon]`.
pub(crate) struct DaemonItem {
    /// The user's item, without our attributes.
    pub(crate) kept: TokenStream,
    /// The struct; for an enum or a union, which can't be a daemon, one without fields.
    pub(crate) item: ItemStruct,
    pub(crate) fields: Vec<DaemonField>,
    pub(crate) options: DaemonOptions,
    pub(crate) name: String,
    pub(crate) description: String,
}

/// Parses and checks; `None` when the item is no type of its own.
pub(crate) fn parse(arguments: TokenStream, item: &TokenStream, problems: &mut Problems) -> Option<DaemonItem> {
    let (mut item, other) = a_struct(item, problems)?;
    take_repeated(&mut item.attrs, "daemon", problems);
    let options = read_options(arguments, &item, problems);
    check_shape(&item, problems);
    let fields = fields::read(&mut item, problems);
    check_fields(&fields, &options, problems);
    let own_name = options.name.as_ref().map(|name| name.value.clone());
    Some(DaemonItem {
        name: own_name.unwrap_or_else(|| snake_case(&item.ident.to_string())),
        description: first_doc_line(&item.attrs),
        kept: other.unwrap_or_else(|| item.to_token_stream()),
        item,
        fields,
        options,
    })
}

/// The struct; or a stand-in for another type, with that, once the mistake is noted.
fn a_struct(item: &TokenStream, problems: &mut Problems) -> Option<(ItemStruct, Option<TokenStream>)> {
    let mut instead = None;
    let (place, what) = match problems.ok(parse2::<Item>(item.clone()))? {
        Item::Struct(item) => return Some((item, None)),
        Item::Enum(ItemEnum { enum_token, vis, ident, generics, .. }) => {
            instead = Some(parse_quote!(#vis struct #ident #generics;));
            (enum_token.into_token_stream(), "an enum")
        }
        Item::Union(ItemUnion { union_token, vis, ident, generics, .. }) => {
            instead = Some(parse_quote!(#vis struct #ident #generics;));
            (union_token.into_token_stream(), "a union")
        }
        Item::Fn(item) => (item.sig.fn_token.into_token_stream(), "a function"),
        Item::Impl(item) => (item.impl_token.into_token_stream(), "an impl block"),
        Item::Trait(item) => (item.trait_token.into_token_stream(), "a trait"),
        other => (other.into_token_stream(), "this"),
    };
    let hint = match what {
        "a function" => "; write `#[daemon(.., runner = path)]` on a struct, and name the function there",
        "an impl block" => "; move it to the struct; an impl block with handlers has `#[handlers]`",
        _ => ", and its state is in the fields",
    };
    problems.at(place, format!("`#[daemon]` goes on a struct, not on {what}{hint}"));
    instead.map(|instead| (instead, Some(item.clone())))
}

fn read_options(arguments: TokenStream, item: &ItemStruct, problems: &mut Problems) -> DaemonOptions {
    let arguments = split(arguments, Form::Options, DaemonOptions::NAMES, problems);
    let options = DaemonOptions::read(&arguments.options, problems);
    options.check(problems);
    let has_category = arguments.options.iter().any(|option| option.key == "category")
        || arguments.meant.iter().any(|name| name == "category");
    if let Some(first) = arguments.first {
        let example = if has_category { "cycle = \"5m\"" } else { "category = \"misc\"" };
        let message = format!("the options of `#[daemon]` have the form `key = value`, as in `{example}`");
        problems.at(first, message);
    } else if !has_category {
        let message = format!(
            "daemon `{}` has no category; add `category = \"misc\"`, or another of {}",
            item.ident,
            category_list()
        );
        problems.at_span(Span::call_site(), message);
    }
    options
}

fn check_shape(item: &ItemStruct, problems: &mut Problems) {
    let generics = &item.generics;
    if let Some(lifetime) =
        generics.lifetimes().next().filter(|_| generics.params.len() == generics.lifetimes().count())
    {
        let lifetime = &lifetime.lifetime;
        let message = format!("a daemon borrows nothing; remove `{lifetime}`, and own the value or share it by `Arc`");
        problems.at(generics, message);
    } else if !generics.params.is_empty() {
        problems.at(
            generics,
            format!("a daemon has no generic parameters; write the types out in the fields of `{}`", item.ident),
        );
    }
    if let Fields::Unnamed(fields) = &item.fields {
        problems.at(fields, format!("a daemon's fields have names; write `struct {} {{ name: Type }}`", item.ident));
    }
}

fn check_fields(fields: &[DaemonField], options: &DaemonOptions, problems: &mut Problems) {
    for field in fields {
        let Some(attribute) = &field.attribute else {
            continue;
        };
        let name = attribute.path().to_token_stream();
        if options.init.is_some() {
            problems.at(
                attribute,
                format!(
                    "`init = path` builds all fields itself; remove `#[{name}]`, and ask its `InitContext` instead"
                ),
            );
        } else if options.config.is_none() && matches!(field.source, Source::Config) {
            problems.at(attribute, without_config(field));
        }
    }
}

fn without_config(field: &DaemonField) -> String {
    let (name, ty) = (&field.name, type_name(&field.ty));
    if is_no_section(&field.ty) {
        return format!(
            "`#[config]` is the whole section, and `{ty}` has no keys; write a struct that derives `Deserialize` with a field `{name}: {ty}`, give this field that type, and name it in `#[daemon]`: `config = Struct`"
        );
    }
    format!("a `#[config]` field needs its type named in `#[daemon]`; add `config = {ty}`")
}
