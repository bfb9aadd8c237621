//! A module imports its own floor or lower: see the crate's documentation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The floor of a module of ringrift-core; `None` for what has none: the crate's root.
fn floor(module: &str) -> Option<u8> {
    match module {
        "words" | "nearest" => Some(1),
        "store" | "delivery" | "config" => Some(2),
        "declaration" => Some(3),
        "supervisor" | "runtime" | "builtin" | "testing" => Some(4),
        "http" | "metrics" | "cli" | "views" => Some(5),
        _ => None,
    }
}

/// Upward imports that are meant, each with its reason.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

/// The modules that a file names: by `crate::` or `ringrift_core::`, also within braces and by a name that the
/// root passes on, and by as many `super::` as lead to the root.
fn imports(file: &Path, source: &str, passed_on: &BTreeMap<String, String>) -> BTreeSet<String> {
    let code = without_comments(source);
    let to_the_root = "super::".repeat(depth(file));
    let heads = ["crate::", "ringrift_core::", &to_the_root].into_iter().flat_map(|root| {
        let places = code.match_indices(root).map(|(place, _)| place);
        let code = &code;
        places.filter(|place| is_whole(code, *place)).flat_map(move |place| heads(&code[place + root.len()..]))
    });
    heads.map(|head| passed_on.get(&head).cloned().unwrap_or(head)).collect()
}

/// How far a file is below the root: a `mod.rs` is its folder.
fn depth(file: &Path) -> usize {
    file.components().count() - usize::from(file.ends_with("mod.rs"))
}

/// Whether a path begins there, and is not the rest of a longer one.
fn is_whole(code: &str, place: usize) -> bool {
    !code[..place].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':'))
}

/// What the root passes on under a short name, with the module it comes from.
fn passed_on(root: &str) -> BTreeMap<String, String> {
    let code = without_comments(root);
    let mut found = BTreeMap::new();
    for (place, _) in code.match_indices("pub use self::") {
        let path = &code[place + "pub use self::".len()..];
        let path = &path[..path.find(';').expect("it ends")];
        for item in items(path) {
            found.extend(words(&item).into_iter().map(|word| (word, name(&item))));
        }
    }
    found
}

fn words(path: &str) -> Vec<String> {
    let words = path.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with(char::is_uppercase) || *word == "main").map(str::to_owned).collect()
}

/// The first names of a path: one, or those of a group `{a::b, c::{d, e}}`.
fn heads(path: &str) -> Vec<String> {
    items(path).iter().map(|item| name(item)).filter(|head| !head.is_empty()).collect()
}

/// A path, or those of a group.
fn items(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![path.to_owned()];
    };
    let (mut depth, mut items, mut item) = (1, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            items.push(std::mem::take(&mut item));
        } else {
            item.push(c);
        }
        if depth == 0 {
            break;
        }
    }
    items
}

fn name(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn without_comments(source: &str) -> String {
    let lines = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The top module of a file under `src`.
fn module(file: &Path) -> String {
    let first = file.components().next().expect("a file has a name");
    Path::new(first.as_os_str()).with_extension("").display().to_string()
}

/// Every upward import of these files, as `file imports module`.
fn upward(files: &[(PathBuf, String)], passed_on: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (file, source) in files {
        let Some(own) = floor(&module(file)) else { continue };
        for import in imports(file, source, passed_on) {
            let is_meant = EXCEPTIONS.iter().any(|(from, to, _)| file == Path::new(from) && import == *to);
            if floor(&import).is_some_and(|other| other > own) && !is_meant {
                found.push(format!("{} imports {import}", file.display()));
            }
        }
    }
    found
}

fn root() -> String {
    let is_root = |(file, _): &(PathBuf, String)| file == Path::new("lib.rs");
    sources().into_iter().find(is_root).expect("a crate has a root").1
}

/// The sources of ringrift-core, by their path under `src`.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ringrift-core/src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), source));
            }
        }
    }
    files
}

#[test]
fn no_module_imports_a_higher_floor() {
    let files = sources();
    assert!(files.len() > 100, "only {} files were found", files.len());
    assert_eq!(upward(&files, &passed_on(&root())), Vec::<String>::new());
}

#[test]
fn every_module_has_a_floor() {
    let without: BTreeSet<String> =
        sources().iter().map(|(file, _)| module(file)).filter(|m| floor(m).is_none()).collect();
    assert_eq!(without, BTreeSet::from(["lib".to_owned()]));
}

#[test]
fn a_planted_upward_import_is_found() {
    let passed_on = passed_on(&root());
    let planted = [
        ("words/event.rs", "use crate::{\n    nearest::nearest,\n    supervisor::{child, work},\n};", "supervisor"),
        ("delivery/mailbox.rs", "fn f() { crate::declaration::spec::x(); }", "declaration"),
        ("declaration/wiring.rs", "pub use crate::runtime::Runtime;", "runtime"),
        ("runtime/mod.rs", "use crate::{words::{a, b::c}, cli::run};", "cli"),
        ("nearest.rs", "use crate::config::Config;", "config"),
        ("words/event.rs", "use crate::{Category, HOP_LIMIT};", "delivery"),
        ("delivery/mod.rs", "use super::declaration::wiring;", "declaration"),
        ("store/writer/batch.rs", "use super::super::super::{nearest, supervisor::work};", "supervisor"),
        ("declaration/graph.rs", "fn f() -> ringrift_core::Runtime {}", "runtime"),
    ];
    for (file, source, expected) in planted {
        let found = upward(&[(file.into(), source.into())], &passed_on);
        assert_eq!(found, [format!("{file} imports {expected}")]);
    }
    for (file, source) in [
        ("runtime/mod.rs", "use crate::{words::event, delivery::router::Router};\n// use crate::cli;"),
        ("words/event.rs", "use ringrift_crate::cli; use crate::nearest::nearest; use super::health::runtime;"),
        ("lib.rs", "use crate::runtime;"),
        ("delivery/mail.rs", "use super::journal::runtime; use crate::{Category, DaemonStats};"),
    ] {
        assert_eq!(upward(&[(file.into(), source.into())], &passed_on), Vec::<String>::new());
    }
}
