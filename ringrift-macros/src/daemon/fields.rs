//! The fields of a daemon, and where the constructor gets each from.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Expr, Field, GenericArgument, Ident, ItemStruct, Meta, PathArguments, Type};

use crate::{attributes::cfgs, names::without_self, problems::Problems};

const CONFIG: &str = "config";
const INJECT: &str = "inject";
const INIT: &str = "init";

/// Where the value of a field comes from.
pub(crate) enum Source {
    /// `#[config]`
    Config,
    /// `#[inject]` on a `Handle<Y>`: the daemon `Y`.
    Handle(Type),
    /// Any other `#[inject]`
    Provided,
    /// `#[init(expr)]`
    Init(Expr),
    /// No attribute of ours.
    Default,
}

/// One field.
pub(crate) struct DaemonField {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) source: Source,
    /// The attribute that says so.
    pub(crate) attribute: Option<Attribute>,
    pub(crate) cfgs: TokenStream,
}

/// Reads the fields, and takes our attributes off them.
pub(crate) fn read(item: &mut ItemStruct, problems: &mut Problems) -> Vec<DaemonField> {
    let (ident, fields) = (&item.ident, item.fields.iter_mut());
    fields.filter_map(|field| read_field(field, ident, problems)).collect()
}

fn read_field(field: &mut Field, daemon: &Ident, problems: &mut Problems) -> Option<DaemonField> {
    let mut ours = Vec::new();
    field.attrs.retain(|attribute| {
        let is_ours = [CONFIG, INJECT, INIT].iter().any(|name| attribute.path().is_ident(name));
        if is_ours {
            ours.push(attribute.clone());
        }
        !is_ours
    });
    for second in ours.iter().skip(1) {
        problems.at(second, "a field has one of `#[config]`, `#[inject]` and `#[init(..)]`; keep one");
    }
    let attribute = ours.into_iter().next();
    let ty = without_self(&field.ty, daemon);
    let source = match &attribute {
        Some(attribute) => source(attribute, &ty, problems),
        None => Source::Default,
    };
    Some(DaemonField { name: field.ident.clone()?, ty, source, attribute, cfgs: cfgs(&field.attrs) })
}

fn source(attribute: &Attribute, ty: &Type, problems: &mut Problems) -> Source {
    if attribute.path().is_ident(INIT) {
        return init(attribute, problems);
    }
    if !matches!(attribute.meta, Meta::Path(_)) {
        let name = attribute.path().to_token_stream();
        problems.at(&attribute.meta, format!("`#[{name}]` takes no arguments; write `#[{name}]`"));
    }
    if attribute.path().is_ident(CONFIG) {
        return Source::Config;
    }
    handle_of(ty).map_or(Source::Provided, Source::Handle)
}

fn init(attribute: &Attribute, problems: &mut Problems) -> Source {
    match attribute.parse_args::<Expr>() {
        Ok(expr) => Source::Init(expr),
        Err(_) => {
            problems.at(&attribute.meta, "write `#[init(expression)]`: the expression is the first value of the field");
            Source::Default
        }
    }
}

/// `Y` of `Handle<Y>`, by whatever path `Handle` is named.
fn handle_of(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last().filter(|last| last.ident == "Handle")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(daemon)) if arguments.args.len() == 1 => Some(daemon.clone()),
        _ => None,
    }
}
