//! The type of a section of the configuration.

use syn::{Path, Type, TypePath};

use super::{Argument, values};
use crate::{names::type_name, problems::Problems};

/// What stands for one value, or for many without names, in a file as in Rust.
const NO_SECTIONS: [&str; 23] = [
    "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
    "isize", "f32", "f64", "PathBuf", "Vec", "VecDeque", "HashSet", "BTreeSet",
];

/// A type that a table of keys can be read as, as far as its name tells. One that can't is kept, so that a field of
/// it is no second mistake.
pub(crate) fn section(argument: &Argument, problems: &mut Problems) -> Option<Type> {
    let ty = values::ty(argument, problems)?;
    if is_no_section(&ty) {
        let name = type_name(&ty);
        problems.at(
            argument.place(),
            format!("a section of the configuration has keys, and `{name}` has none; write a struct with a field for each key, and derive `Deserialize`"),
        );
    }
    Some(ty)
}

/// Whether no table of keys can be read as this type.
pub(crate) fn is_no_section(ty: &Type) -> bool {
    match ty {
        Type::Path(TypePath { qself: None, path }) => is_of_std(path),
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Reference(_) => true,
        Type::Group(inside) => is_no_section(&inside.elem),
        Type::Paren(inside) => is_no_section(&inside.elem),
        _ => false,
    }
}

/// Whether the path is one of those names. In a module of one's own the same name may be that of a struct.
fn is_of_std(path: &Path) -> bool {
    let begins_there = ["std", "core", "alloc"].iter().any(|krate| path.segments[0].ident == krate);
    let last = path.segments.last().filter(|_| begins_there || path.segments.len() == 1);
    last.is_some_and(|last| NO_SECTIONS.iter().any(|name| last.ident == name))
}
