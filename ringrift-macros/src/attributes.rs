//! What the user's other attributes say: documentation, `#[cfg]`, and what stands twice.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::problems::Problems;

/// The first line of the documentation, or nothing.
pub(crate) fn first_doc_line(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .filter_map(doc_text)
        .flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
        .find(|line| !line.is_empty())
        .unwrap_or_default()
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// The `#[cfg]`s, for what is generated beside the thing that has them.
pub(crate) fn cfgs(attributes: &[Attribute]) -> TokenStream {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).map(ToTokens::to_token_stream).collect()
}

/// Takes away further `#[name]`s of an item that is being expanded for the first: each is a mistake, and
/// would expand to everything once more.
pub(crate) fn take_repeated(attributes: &mut Vec<Attribute>, name: &str, problems: &mut Problems) {
    attributes.retain(|attribute| {
        let is_repeated = is_named(attribute, name);
        if is_repeated {
            problems.at(attribute, format!("`#[{name}]` is here twice; keep one"));
        }
        !is_repeated
    });
}

/// Whether the attribute that is being expanded is `#[name = value]`: rustc refuses that as a whole, and hands
/// the value over as if it stood in parentheses.
pub(crate) fn is_key_value() -> bool {
    let text = Span::call_site().source_text().unwrap_or_default();
    let path = text.trim_start_matches(|c: char| c == '#' || c == '[' || c.is_whitespace());
    path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':' || c.is_whitespace()))
        .is_some_and(|end| path[end..].starts_with('='))
}

/// Whether it is `#[name]`, by whatever path.
pub(crate) fn is_named(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}
