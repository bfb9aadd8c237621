//! The known name a misspelt one was probably meant to be, by the rule of `ringrift_core::nearest`.

/// Finds the candidate within one edit in three letters of `name`; case and `-` for `_` cost nothing.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= wanted.len().max(candidate.len()) / 3)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean ..?`, or nothing.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|nearest| format!("; did you mean `{nearest}`?"))
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn distance(wanted: &str, candidate: &str) -> usize {
    strsim::damerau_levenshtein(wanted, &folded(candidate))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let names = ["cycle", "critical", "max_restarts"];
        assert_eq!(nearest("cylce", names), Some("cycle"));
        assert_eq!(nearest("MAX-RESTART", names), Some("max_restarts"));
        assert_eq!(nearest("colour", names), None);
    }
}
