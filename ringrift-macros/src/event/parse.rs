//! From tokens to an [`EventItem`], with every mistake noted.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Field, Fields, Generics, Ident, Item, ItemEnum, ItemStruct, LitStr, parse2};

use super::options::EventOptions;
use crate::{
    arguments::{Form, split},
    attributes::{first_doc_line, take_repeated},
    names::{is_upper_snake_case, upper_snake_case},
    nearest::did_you_mean,
    problems::Problems,
};

/// A struct or enum with `#[event]`.
pub(super) struct EventItem {
    /// The user's item, without our attributes.
    pub(super) kept: TokenStream,
    pub(super) ident: Ident,
    pub(super) attributes: Vec<Attribute>,
    pub(super) options: EventOptions,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) generics: Generics,
    /// None of an enum.
    fields: Option<Fields>,
}

/// Parses and checks; `None` when the item can't be an event.
pub(super) fn parse(arguments: TokenStream, item: &TokenStream, problems: &mut Problems) -> Option<EventItem> {
    let Declaration { kept, ident, attributes, generics, fields } = declaration(item, problems)?;
    let arguments = split(arguments, Form::NameThenOptions, EventOptions::NAMES, problems);
    let options = EventOptions::read(&arguments.options, problems);
    let name = name(arguments.first, &ident, problems);
    let event = EventItem {
        description: first_doc_line(&attributes),
        name: name.unwrap_or_else(|| upper_snake_case(&ident.to_string())),
        kept,
        ident,
        attributes,
        options,
        generics,
        fields,
    };
    event.check(problems);
    Some(event)
}

struct Declaration {
    kept: TokenStream,
    ident: Ident,
    attributes: Vec<Attribute>,
    generics: Generics,
    fields: Option<Fields>,
}

fn declaration(item: &TokenStream, problems: &mut Problems) -> Option<Declaration> {
    let place = match problems.ok(parse2::<Item>(item.clone()))? {
        Item::Struct(mut item) => {
            take_repeated(&mut item.attrs, "event", problems);
            let (kept, ItemStruct { ident, attrs: attributes, generics, fields, .. }) = (item.to_token_stream(), item);
            return Some(Declaration { kept, ident, attributes, generics, fields: Some(fields) });
        }
        Item::Enum(mut item) => {
            take_repeated(&mut item.attrs, "event", problems);
            let (kept, ItemEnum { ident, attrs: attributes, generics, .. }) = (item.to_token_stream(), item);
            return Some(Declaration { kept, ident, attributes, generics, fields: None });
        }
        Item::Fn(item) => item.sig.fn_token.into_token_stream(),
        Item::Impl(item) => item.impl_token.into_token_stream(),
        other => other.into_token_stream(),
    };
    problems.at(place, "`#[event]` goes on a struct or an enum; a handler of events has `#[on_event]`");
    None
}

fn name(first: Option<TokenStream>, ident: &Ident, problems: &mut Problems) -> Option<String> {
    let own = upper_snake_case(&ident.to_string());
    let Some(first) = first else {
        problems.at_span(Span::call_site(), format!("an event needs a name, as in `#[event(\"{own}\")]`"));
        return None;
    };
    let Ok(name) = parse2::<LitStr>(first.clone()) else {
        problems.at(first, format!("the name of an event is a string, as in `#[event(\"{own}\")]`"));
        return None;
    };
    if is_upper_snake_case(&name.value()) {
        return Some(name.value());
    }
    let upper = Some(upper_snake_case(&name.value())).filter(|upper| is_upper_snake_case(upper));
    let hint = upper.unwrap_or(own);
    problems.at(&name, format!("the name of an event is in upper snake case; write `{hint}`"));
    None
}

impl EventItem {
    fn check(&self, problems: &mut Problems) {
        if !self.generics.params.is_empty() {
            problems.at(
                &self.generics,
                format!("an event has no generic parameters; declare one event for each type of `{}`", self.ident),
            );
        }
        for alias in self.options.aliases.iter().flat_map(|list| &list.value) {
            if alias.value() == self.name {
                problems.at(alias, format!("`{}` is the name of the event already; remove the alias", self.name));
            }
        }
        self.check_retention(problems);
        let Some(keys) = &self.options.dedup_key else {
            return;
        };
        let Some(Fields::Named(fields)) = &self.fields else {
            problems.at(
                &keys.key,
                "`dedup_key` lists named fields, and this event has none; remove it, and all of the event counts",
            );
            return;
        };
        let fields: Vec<&Field> = fields.named.iter().collect();
        for key in &keys.value {
            self.check_dedup_key(key, &fields, problems);
        }
    }

    /// What is only in memory is not kept.
    fn check_retention(&self, problems: &mut Problems) {
        let EventOptions { durable, retention, retention_size, .. } = &self.options;
        if durable.as_ref().is_some_and(|durable| durable.value) {
            return;
        }
        let keys = retention.iter().map(|given| &given.key).chain(retention_size.iter().map(|given| &given.key));
        for key in keys {
            problems.at(key, format!("`{key}` is of durable events; add `durable`, or remove it"));
        }
    }

    fn check_dedup_key(&self, key: &LitStr, fields: &[&Field], problems: &mut Problems) {
        let text = key.value();
        let names: Vec<String> = fields.iter().filter_map(|field| field.ident.as_ref()).map(plain).collect();
        let Some(field) = fields.iter().find(|field| field.ident.as_ref().map(plain) == Some(text.clone())) else {
            let hint = did_you_mean(&text, names.iter().map(String::as_str))
                .unwrap_or_else(|| format!("; its fields are {}", names.join(", ")));
            problems.at(key, format!("`{}` has no field `{text}`{hint}", self.ident));
            return;
        };
        // The key is looked up in the serialised payload.
        if let Some(serde) = renaming(&field.attrs).or_else(|| renaming(&self.attributes)) {
            let message = format!(
                "serde gives `{text}` another name, under which `dedup_key` would not find it; remove `{serde}`, or the key"
            );
            problems.at(key, message);
        }
    }
}

fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// The serde option that changes under which name, or whether, a field is serialised.
fn renaming(attributes: &[Attribute]) -> Option<&'static str> {
    const RENAMING: [&str; 6] = ["rename", "rename_all", "flatten", "skip", "skip_serializing", "transparent"];
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let Ok(list) = attribute.meta.require_list() else {
            continue;
        };
        for token in list.tokens.clone() {
            found = found.or(RENAMING.into_iter().find(|name| token.to_string() == *name));
        }
    }
    found
}
