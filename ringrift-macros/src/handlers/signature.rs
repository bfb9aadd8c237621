//! The signature of a handler, as far as its tokens say whether it is one.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{FnArg, Ident, Pat, PathArguments, ReturnType, Signature, Type, spanned::Spanned};

use crate::{names::type_name, problems::Problems};

/// The methods of `Daemon`.
const HOOKS: [&str; 5] = ["on_start", "run_cycle", "on_stop", "on_exit", "health"];

/// Whether it is the name of a method of `Daemon`.
pub(super) fn is_hook(name: &Ident) -> bool {
    HOOKS.contains(&name.to_string().as_str())
}

/// What a signature says.
pub(super) struct Types {
    pub(super) payload: Type,
    /// Where `Context<Self>` stands.
    pub(super) context: Span,
    pub(super) output: Type,
}

/// The types, when the signature is that of a handler as far as it can be seen.
pub(super) fn types(signature: &Signature, problems: &mut Problems) -> Option<Types> {
    let name = &signature.ident;
    let expected = || {
        format!(
            "a handler is `async fn {name}(&self, event: &{}, cx: &Context<Self>) -> DaemonResult`",
            event_type(signature)
        )
    };
    let before = problems.count();
    if is_hook(name) {
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
    let output = output(signature, problems);
    let (payload, context) = parameters(signature, &expected(), problems)?;
    Some(Types { payload, context, output: output? }).filter(|_| problems.count() == before)
}

/// What it returns; of a path rustc knows whether it is the right one.
fn output(signature: &Signature, problems: &mut Problems) -> Option<Type> {
    match &signature.output {
        ReturnType::Type(_, output) if matches!(**output, Type::Path(_)) => return Some(Type::clone(output)),
        ReturnType::Type(_, output) => {
            let written = type_name(output);
            problems.at(output, format!("a handler returns `DaemonResult`, and not `{written}`; write `DaemonResult`"));
        }
        ReturnType::Default => {
            let after = signature.paren_token.span.close();
            problems.at_span(after, "a handler returns `DaemonResult`; write `-> DaemonResult` after the parameters");
        }
    }
    None
}

/// The type of the event, and the place of the context.
fn parameters(signature: &Signature, expected: &str, problems: &mut Problems) -> Option<(Type, Span)> {
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
    let context = shared(&cx.ty).filter(|ty| is_context(ty));
    if !is_swapped && context.is_none() {
        problems.at(&cx.ty, format!("the last parameter is the context; {expected}"));
    }
    match shared(&event.ty) {
        Some(ty @ (Type::ImplTrait(_) | Type::TraitObject(_) | Type::Infer(_))) => {
            problems.at(ty, format!("a handler takes one type of event; {expected}"));
            None
        }
        Some(ty) if !is_context(ty) => Some((ty.clone(), context?.span())),
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
