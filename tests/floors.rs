//! A module imports its own floor or lower: see the crate's documentation.

use std::{
    collections::BTreeSet,
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

/// The modules that the text names by `crate::`, also within braces.
fn imports(source: &str) -> BTreeSet<String> {
    let code = without_comments(source);
    let mut found = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        let is_whole = !code[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        if is_whole {
            found.extend(heads(&code[place + "crate::".len()..]));
        }
    }
    found
}

/// The first names of a path: one, or those of a group `{a::b, c::{d, e}}`.
fn heads(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut depth, mut heads, mut item) = (1, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            heads.push(name(&std::mem::take(&mut item)));
        } else {
            item.push(c);
        }
        if depth == 0 {
            break;
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
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
fn upward(files: &[(PathBuf, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, source) in files {
        let Some(own) = floor(&module(file)) else { continue };
        for import in imports(source) {
            let is_meant = EXCEPTIONS.iter().any(|(from, to, _)| file == Path::new(from) && import == *to);
            if floor(&import).is_some_and(|other| other > own) && !is_meant {
                found.push(format!("{} imports {import}", file.display()));
            }
        }
    }
    found
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
    assert_eq!(upward(&files), Vec::<String>::new());
}

#[test]
fn every_module_has_a_floor() {
    let without: BTreeSet<String> =
        sources().iter().map(|(file, _)| module(file)).filter(|m| floor(m).is_none()).collect();
    assert_eq!(without, BTreeSet::from(["lib".to_owned()]));
}

#[test]
fn a_planted_upward_import_is_found() {
    let planted = [
        ("words/event.rs", "use crate::{\n    nearest::nearest,\n    supervisor::{child, work},\n};", "supervisor"),
        ("delivery/mailbox.rs", "fn f() { crate::declaration::spec::x(); }", "declaration"),
        ("declaration/wiring.rs", "pub use crate::runtime::Runtime;", "runtime"),
        ("runtime/mod.rs", "use crate::{words::{a, b::c}, cli::run};", "cli"),
        ("nearest.rs", "use crate::config::Config;", "config"),
    ];
    for (file, source, expected) in planted {
        let found = upward(&[(file.into(), source.into())]);
        assert_eq!(found, [format!("{file} imports {expected}")]);
    }
    for (file, source) in [
        ("runtime/mod.rs", "use crate::{words::event, delivery::router::Router};\n// use crate::cli;"),
        ("words/event.rs", "use ringrift_crate::cli; use crate::nearest::nearest; use super::health::runtime;"),
        ("lib.rs", "use crate::runtime;"),
    ] {
        assert_eq!(upward(&[(file.into(), source.into())]), Vec::<String>::new());
    }
}
