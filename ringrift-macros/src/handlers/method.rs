//! One method with `#[on_event]`: its name, its payload, its options.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, FnArg, Ident, ImplItemFn, LitStr, Meta, Pat, PathArguments, ReturnType, Signature, Type, parse2};

use super::options::OnEventOptions;
use crate::{
    arguments::{Form, split},
    names::{is_upper_snake_case, type_name, upper_snake_case},
    problems::Problems,
};

/// The methods of `Daemon`.
const HOOKS: [&str; 5] = ["on_start", "run_cycle", "on_stop", "on_exit", "health"];

/// A handler without mistakes.
pub(super) struct Handler {
    pub(super) name: Ident,
    pub(super) payload: Type,
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
    let payload = payload(&method.sig, problems);
    let (event, options) = named?;
    Some(Handler { name: method.sig.ident.clone(), payload: payload?, event, options })
}

/// `#[on_event]`, by whatever path.
fn is_on_event(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "on_event")
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
        _ => TokenStream::new(),
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

/// The type of the event, when the signature is that of a handler.
fn payload(signature: &Signature, problems: &mut Problems) -> Option<Type> {
    let name = &signature.ident;
    let expected = || {
        format!(
            "a handler is `async fn {name}(&self, event: &{}, cx: &Context<Self>) -> DaemonResult`",
            event_type(signature)
        )
    };
    let before = problems.count();
    if HOOKS.contains(&name.to_string().as_str()) {
        problems.at(
            name,
            format!("`{name}` is a method of `Daemon`; give the handler a name of its own, as in `on_new_games`"),
        );
    }
    if !signature.generics.params.is_empty() {
        problems.at(&signature.generics, format!("a handler has no generic parameters; {}", expected()));
    }
    if signature.asyncness.is_none() {
        problems.at(signature.fn_token, format!("a handler is async; {}", expected()));
    }
    if matches!(signature.output, ReturnType::Default) {
        problems.at(&signature.ident, format!("a handler returns `DaemonResult`; {}", expected()));
    }
    let payload = parameters(signature, &expected(), problems);
    payload.filter(|_| problems.count() == before)
}

fn parameters(signature: &Signature, expected: &str, problems: &mut Problems) -> Option<Type> {
    let mut inputs = signature.inputs.iter();
    match inputs.next() {
        Some(FnArg::Receiver(this)) if is_shared_self(this) => {}
        Some(FnArg::Receiver(this)) => {
            problems
                .at(this, format!("a handler takes `&self`; its state is in atomics, mutexes, channels; {expected}"));
        }
        Some(other) => {
            problems.at(other, format!("a handler takes `&self` first; {expected}"));
            return None;
        }
        None => {
            problems.at(&signature.ident, format!("this handler takes nothing; {expected}"));
            return None;
        }
    }
    let rest: Vec<&FnArg> = inputs.collect();
    let [FnArg::Typed(event), FnArg::Typed(cx)] = rest.as_slice() else {
        let place = rest.get(2).map_or_else(|| signature.ident.to_token_stream(), ToTokens::to_token_stream);
        problems.at(place, format!("a handler takes the event and the context; {expected}"));
        return None;
    };
    let is_swapped = shared(&event.ty).is_some_and(is_context);
    if !is_swapped && shared(&cx.ty).is_none_or(|ty| !is_context(ty)) {
        problems.at(&cx.ty, format!("the last parameter is the context; {expected}"));
    }
    match shared(&event.ty) {
        Some(ty @ (Type::ImplTrait(_) | Type::TraitObject(_) | Type::Infer(_))) => {
            problems.at(ty, format!("a handler takes one type of event; {expected}"));
            None
        }
        Some(ty) if !is_context(ty) => Some(ty.clone()),
        _ => {
            problems.at(&event.ty, format!("the event comes first, by reference, then the context; {expected}"));
            None
        }
    }
}

fn is_shared_self(this: &syn::Receiver) -> bool {
    this.reference.is_some() && this.mutability.is_none() && this.colon_token.is_none()
}

/// `T` of `&T`.
fn shared(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => Some(&reference.elem),
        _ => None,
    }
}

fn is_context(ty: &Type) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    path.path
        .segments
        .last()
        .is_some_and(|last| last.ident == "Context" && !matches!(last.arguments, PathArguments::Parenthesized(_)))
}

/// The type that the user wrote for the event, as far as it can be told.
fn event_type(signature: &Signature) -> String {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) if !matches!(&*typed.pat, Pat::Ident(name) if name.ident == "self") => Some(&*typed.ty),
        _ => None,
    });
    let mut candidates = typed.map(|ty| shared(ty).unwrap_or(ty)).filter(|ty| !is_context(ty));
    let ty = candidates.next().and_then(|ty| match shared(ty).unwrap_or(ty) {
        ty @ Type::Path(_) => Some(ty.to_token_stream()),
        _ => None,
    });
    ty.map_or_else(|| "Event".to_owned(), |ty| type_name(&ty))
}
