//! From tokens to a [`HandlersBlock`], with every mistake noted.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Ident, ImplItem, Item, ItemImpl, Type, parse2};

use super::{
    method::{self, Handler, is_on_event},
    options::HandlersOptions,
    signature::is_hook,
};
use crate::{
    arguments::{Form, split},
    attributes::take_repeated,
    names::type_name,
    nearest::nearest,
    problems::Problems,
};

/// An impl block with `#[handlers]`.
pub(super) struct HandlersBlock {
    /// The user's block, without `#[on_event]`.
    pub(super) item: ItemImpl,
    /// Its handlers, where it is an `impl Daemon`, in which they would be reported once more.
    pub(super) displaced: Vec<ImplItem>,
    pub(super) options: HandlersOptions,
    pub(super) handlers: Vec<Handler>,
}

/// Parses and checks; `None` when the item is no impl block.
pub(super) fn parse(arguments: TokenStream, item: &TokenStream, problems: &mut Problems) -> Option<HandlersBlock> {
    let arguments = split(arguments, Form::NameThenOptions, HandlersOptions::NAMES, problems);
    if let Some(first) = arguments.first {
        problems.at(
            first,
            "`#[handlers]` takes no events; they stand on the methods, as in `#[on_event(\"TRAINING_COMPLETED\")]`",
        );
    }
    let options = HandlersOptions::read(&arguments.options, problems);
    let mut item = an_impl(item, problems)?;
    take_repeated(&mut item.attrs, "handlers", problems);
    let before = problems.count();
    check_block(&item, problems);
    let is_misspelt = item.items.iter().any(is_misspelt);
    let displaced = displaced(&mut item);
    // Of methods in the wrong block only the attributes are taken.
    let mut unheard = Problems::default();
    let problems = if problems.count() == before { problems } else { &mut unheard };
    let mut handlers = Vec::new();
    let before = problems.count();
    for method in &mut item.items {
        if let ImplItem::Fn(method) = method {
            handlers.extend(method::read(method, problems));
        }
    }
    check_twice(&handlers, problems);
    // rustc reports two methods of one name.
    let names: Vec<Ident> = handlers.iter().map(|handler| handler.name.clone()).collect();
    handlers.retain(|handler| names.iter().filter(|name| **name == handler.name).count() == 1);
    if names.is_empty() && problems.count() == before && !is_misspelt {
        let message =
            "`#[handlers]` without a handler; put `#[on_event(\"NAME\")]` on a method, or remove `#[handlers]`";
        problems.at_span(Span::call_site(), message);
    }
    Some(HandlersBlock { item, displaced, options, handlers })
}

/// The handlers in an `impl Daemon`, taken out of it, without their attributes.
fn displaced(item: &mut ItemImpl) -> Vec<ImplItem> {
    let is_handler = |item: &mut ImplItem| match item {
        ImplItem::Fn(method) => method.attrs.iter().any(is_on_event) && !is_hook(&method.sig.ident),
        _ => false,
    };
    let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
    if of.is_none_or(|of| of.ident != "Daemon") {
        return Vec::new();
    }
    let mut displaced: Vec<ImplItem> = item.items.extract_if(.., is_handler).collect();
    for item in &mut displaced {
        if let ImplItem::Fn(method) = item {
            method.attrs.retain(|attribute| !is_on_event(attribute));
        }
    }
    displaced
}

/// A method with `#[on_evnt]`: rustc reports that.
fn is_misspelt(item: &ImplItem) -> bool {
    let is_near = |attribute: &Attribute| {
        let last = attribute.path().segments.last().map(|last| last.ident.to_string());
        last.is_some_and(|name| name != "on_event" && nearest(&name, ["on_event"]).is_some())
    };
    matches!(item, ImplItem::Fn(method) if method.attrs.iter().any(is_near))
}

fn an_impl(item: &TokenStream, problems: &mut Problems) -> Option<ItemImpl> {
    let place = match problems.ok(parse2::<Item>(item.clone()))? {
        Item::Impl(item) => return Some(item),
        Item::Struct(item) => item.struct_token.into_token_stream(),
        Item::Fn(item) => item.sig.fn_token.into_token_stream(),
        other => other.into_token_stream(),
    };
    problems.at(place, "`#[handlers]` goes on the `impl` block of a daemon");
    None
}

fn check_block(item: &ItemImpl, problems: &mut Problems) {
    if let Some((_, path, _)) = &item.trait_ {
        let name = type_name(path);
        let ty = type_name(&item.self_ty);
        problems.at(path, format!("`#[handlers]` goes on an `impl {ty}` block of its own, not on that of `{name}`"));
    }
    if !matches!(&*item.self_ty, Type::Path(_)) {
        problems.at(&item.self_ty, "`#[handlers]` goes on the `impl` block of a struct with `#[daemon]`");
    }
}

/// A delivery goes to one method: two for the same event are a slip.
fn check_twice(handlers: &[Handler], problems: &mut Problems) {
    for (i, handler) in handlers.iter().enumerate() {
        let is_same =
            |other: &&Handler| other.payload == handler.payload || other.event.value() == handler.event.value();
        if let Some(first) = handlers[..i].iter().find(is_same) {
            let (first, name, event) = (&first.name, &handler.name, first.event.value());
            let message = format!("`{first}` handles `{event}` already; call `{name}` from it");
            problems.at(&handler.event, message);
        }
    }
}
