//! The known name a misspelt one was probably meant to be.
//!
//! Every message about an unknown name ends with "did you mean ..?", and all of
//! them ask here, so that a config key, a daemon and an event are guessed alike.

/// Finds the candidate nearest to `name`, if one is near enough to be meant.
///
/// Near enough is one edit in three letters of the longer name; a swap of two
/// neighbours is one edit. Case and `-` for `_` cost nothing. Of equally near
/// candidates the first one wins.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(name);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= allowed(&wanted, candidate))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

fn distance(wanted: &str, candidate: &str) -> usize {
    strsim::damerau_levenshtein(wanted, &folded(candidate))
}

/// Names of up to three letters may differ by one edit, or `a` would never match.
fn allowed(wanted: &str, candidate: &str) -> usize {
    let longer = wanted.chars().count().max(candidate.chars().count());
    (longer / 3).max(1)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(name, candidates.iter().copied()), expected, "{name}");
    }

    #[test]
    fn finds_the_name_that_was_misspelt() {
        let names = ["cycle", "threshold", "max_alerts_per_hour"];
        check("cylce", &names, Some("cycle"));
        check("treshold", &names, Some("threshold"));
        check("thresh", &names, Some("threshold"));
        check("max_alert_per_hour", &names, Some("max_alerts_per_hour"));
    }

    #[test]
    fn case_and_dashes_cost_nothing() {
        check("MAX-RESTARTS", &["max_restart", "max_restarts"], Some("max_restarts"));
        check("training_completed", &["TRAINING_COMPLETED"], Some("TRAINING_COMPLETED"));
    }

    #[test]
    fn a_name_unlike_all_others_has_no_nearest() {
        check("color", &["cycle", "threshold"], None);
        check("xy", &["ab"], None);
        check("anything", &[], None);
    }

    #[test]
    fn the_nearer_candidate_wins_and_then_the_first() {
        check("ports", &["parts_x", "port"], Some("port"));
        check("bat", &["cat", "hat"], Some("cat"));
    }
}
