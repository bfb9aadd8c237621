//! One method with `#[on_event]`: its name, its types, its options.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Ident, ImplItemFn, LitStr, Meta, Type, parse2};

use super::{
    options::OnEventOptions,
    signature::{Types, types},
};
use crate::{
    arguments::{Form, split},
    attributes::is_named,
    names::{is_upper_snake_case, upper_snake_case},
    problems::Problems,
};

/// A handler without mistakes.
pub(super) struct Handler {
    pub(super) name: Ident,
    pub(super) payload: Type,
    /// Where the type of the context stands.
    pub(super) context: Span,
    pub(super) output: Type,
    pub(super) event: LitStr,
    pub(super) options: OnEventOptions,
}

/// Reads a method, and takes `#[on_event]` off it; `None` when it has none, or mistakes.
pub(super) fn read(method: &mut ImplItemFn, problems: &mut Problems) -> Option<Handler> {
    let (ours, others) = std::mem::take(&mut method.attrs).into_iter().partition::<Vec<_>, _>(is_on_event);
    method.attrs = others;
    let attribute = ours.first()?;
    for second in &ours[1..] {
        problems
            .at(second, "a handler handles one event; write a second method for the other, which may call this one");
    }
    check_attributes(method, problems);
    let named = event(attribute, problems);
    let types = types(&method.sig, problems);
    let ((event, options), Types { payload, context, output }) = (named?, types?);
    Some(Handler { name: method.sig.ident.clone(), payload, context, output, event, options })
}

/// `#[on_event]`, by whatever path.
pub(super) fn is_on_event(attribute: &Attribute) -> bool {
    is_named(attribute, "on_event")
}

fn check_attributes(method: &ImplItemFn, problems: &mut Problems) {
    let is_conditional =
        |attribute: &&Attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr");
    if let Some(cfg) = method.attrs.iter().find(is_conditional) {
        problems.at(cfg, "a handler is always there; put the condition inside its body, or on the whole block");
    }
}

fn event(attribute: &Attribute, problems: &mut Problems) -> Option<(LitStr, OnEventOptions)> {
    let tokens = match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(given) => {
            let name = given.value.to_token_stream();
            problems.at(given, format!("the name of the event is in parentheses; write `#[on_event({name})]`"));
            return None;
        }
        Meta::Path(_) => TokenStream::new(),
    };
    let arguments = split(tokens, Form::NameThenOptions, OnEventOptions::NAMES, problems);
    let options = OnEventOptions::read(&arguments.options, problems);
    let Some(first) = arguments.first else {
        problems.at(
            &attribute.meta,
            "`#[on_event]` needs the name of the event, as in `#[on_event(\"TRAINING_COMPLETED\")]`",
        );
        return None;
    };
    let Ok(name) = parse2::<LitStr>(first.clone()) else {
        problems.at(first, "the name of an event is a string, as in `#[on_event(\"TRAINING_COMPLETED\")]`");
        return None;
    };
    if name.value().is_empty() || (!is_upper_snake_case(&name.value()) && name.value().contains(char::is_whitespace)) {
        let upper = upper_snake_case(&name.value());
        problems.at(&name, format!("the name of an event is in upper snake case; write `{upper}`"));
        return None;
    }
    Some((name, options))
}
