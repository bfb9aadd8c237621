//! Every message of the macros has a smallest program here, and every option one that passes.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test -p ringrift-ui-tests`, then read each
//! `.stderr` as a stranger would.

use std::{collections::BTreeSet, fs, path::Path};

const OF: [&str; 3] = ["daemon", "handlers", "event"];

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for of in OF {
        cases.pass(format!("{of}/pass/*.rs"));
        cases.compile_fail(format!("{of}/fail/*.rs"));
    }
}

/// Who reads two messages at one place does not know that it is one mistake.
#[test]
fn no_place_is_reported_twice() {
    let mut twice = Vec::new();
    for of in OF {
        for entry in fs::read_dir(Path::new(of).join("fail")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "stderr") {
                let mut seen = BTreeSet::new();
                let places = places(&fs::read_to_string(&path).unwrap());
                twice.extend(places.into_iter().filter(|place| !seen.insert(place.clone())));
            }
        }
    }
    assert_eq!(twice, Vec::<String>::new());
}

/// `file:line:column` of each error.
fn places(stderr: &str) -> Vec<String> {
    let lines: Vec<&str> = stderr.lines().collect();
    let is_error = |line: &str| line.starts_with("error:") || line.starts_with("error[");
    let of_error = lines.windows(2).filter(|pair| is_error(pair[0]));
    of_error.filter_map(|pair| Some(pair[1].trim_start().strip_prefix("--> ")?.to_owned())).collect()
}
