//! Environment variables to settings.

use std::collections::BTreeMap;

use super::SECTIONS;
use super::origin::Origin;
use super::path::KeyPath;
use super::problem::Problem;
use super::setting::Setting;

const PREFIX: &str = "RINGRIFT__";
/// With this alone it is somebody else's, unless what follows is the path of one of our keys.
const NEARLY: &str = "RINGRIFT_";
const SEPARATOR: &str = "__";

/// Picks the variables that set a key: `RINGRIFT__A__B` sets `a.b`.
///
/// Case doesn't count, in the prefix neither, so two variables may set one key;
/// which one wins would be chance, so that is a problem.
pub(crate) fn settings(variables: Vec<(String, String)>) -> (Vec<Setting>, Vec<Problem>) {
    let mut settings: BTreeMap<KeyPath, Setting> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut variables = variables;
    variables.sort();
    for (variable, text) in variables {
        let Some(keys) = after(PREFIX, &variable) else {
            problems.extend(nearly_ours(variable));
            continue;
        };
        let path = KeyPath::from_keys(keys.split(SEPARATOR));
        let origin = Origin::Env { variable };
        let Some(path) = path else {
            problems.push(names_no_key(origin));
            continue;
        };
        match settings.get(&path) {
            Some(first) => problems.push(set_twice(origin, first)),
            None => {
                settings.insert(path.clone(), Setting { path, text, origin });
            }
        }
    }
    (settings.into_values().collect(), problems)
}

/// What follows the prefix, in lower case as keys are.
fn after(prefix: &str, variable: &str) -> Option<String> {
    let (begin, rest) = variable.split_at_checked(prefix.len())?;
    begin.eq_ignore_ascii_case(prefix).then(|| rest.to_lowercase())
}

/// One that was meant to set a key, and would be ignored.
fn nearly_ours(variable: String) -> Option<Problem> {
    let rest = after(NEARLY, &variable)?;
    let is_section = |(section, _): &(&str, &str)| SECTIONS.contains(section);
    rest.split_once(SEPARATOR).filter(is_section)?;
    KeyPath::from_keys(rest.split(SEPARATOR))?;
    let meant = format!("{PREFIX}{}", rest.to_uppercase());
    let message = format!("sets no key, for there is one `_` after `RINGRIFT`; write it as {meant}");
    Some(Problem { origin: Origin::Env { variable }, path: String::new(), message })
}

fn names_no_key(origin: Origin) -> Problem {
    let message = format!("names no key; write it as {PREFIX}SECTION{SEPARATOR}KEY");
    Problem { origin, path: String::new(), message }
}

fn set_twice(origin: Origin, first: &Setting) -> Problem {
    let message = format!("is already set by {}; keep one of them", first.origin);
    Problem { origin, path: first.path.to_string(), message }
}

#[cfg(test)]
mod tests {
    use super::settings;

    fn check(variables: &[&str], expected: &[&str], expected_problems: &[&str]) {
        let variables = variables.iter().map(|name| ((*name).to_owned(), "v".to_owned()));
        let (settings, problems) = settings(variables.collect());
        let paths: Vec<String> = settings.iter().map(|s| s.path.to_string()).collect();
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(paths, expected);
        assert_eq!(problems, expected_problems);
    }

    #[test]
    fn only_variables_with_the_prefix_set_keys_and_case_does_not_count() {
        check(
            &["PATH", "RINGRIFT_LOG", "RINGRIFT__HTTP__BIND", "ringrift__Max_Tasks", "RINGRIFTÄ__X"],
            &["http.bind", "max_tasks"],
            &[],
        );
    }

    #[test]
    fn a_variable_that_names_no_key_is_a_problem() {
        check(
            &["RINGRIFT__", "RINGRIFT__A____B"],
            &[],
            &[
                "environment RINGRIFT__: names no key; write it as RINGRIFT__SECTION__KEY",
                "environment RINGRIFT__A____B: names no key; write it as RINGRIFT__SECTION__KEY",
            ],
        );
    }

    #[test]
    fn a_variable_of_ours_with_one_underscore_after_the_prefix_is_told() {
        check(
            &["RINGRIFT_DAEMONS__A__PORT", "RINGRIFT_LOG", "RINGRIFT_SIDECAR__URL", "RINGRIFT_DAEMONS____A"],
            &[],
            &["environment RINGRIFT_DAEMONS__A__PORT: sets no key, for there is one `_` after `RINGRIFT`; \
               write it as RINGRIFT__DAEMONS__A__PORT"],
        );
    }

    #[test]
    fn two_variables_for_one_key_are_a_problem() {
        check(
            &["ringrift__a", "RINGRIFT__A"],
            &["a"],
            &["environment ringrift__a: `a` is already set by environment RINGRIFT__A; keep one of them"],
        );
    }
}
