//! From OpenMetrics, all that prometheus-client writes, to the text format 0.0.4.
//!
//! The two differ in whom HELP and TYPE speak of: OpenMetrics names the family, `x`, the older
//! format the series, `x_total`; it has no `info`, which is a gauge; and no end mark.

use std::collections::BTreeMap;

/// Rewrites the comments; the samples are the same in both.
pub(super) fn from_open_metrics(page: &str) -> String {
    let types: BTreeMap<&str, &str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    let mut text = String::with_capacity(page.len());
    for line in page.lines().filter(|line| *line != "# EOF") {
        match comment(line) {
            Some((keyword, family, rest)) => {
                let (suffix, kind) = match types.get(family).copied() {
                    Some("counter") => ("_total", "counter"),
                    Some("info") => ("_info", "gauge"),
                    kind => ("", kind.unwrap_or("untyped")),
                };
                let rest = if keyword == "TYPE" { kind } else { rest };
                text.push_str(&format!("# {keyword} {family}{suffix} {rest}"));
            }
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

/// The keyword, the family and the rest of a comment.
fn comment(line: &str) -> Option<(&str, &str, &str)> {
    let (keyword, rest) = line.strip_prefix("# ")?.split_once(' ')?;
    let (family, rest) = rest.split_once(' ')?;
    Some((keyword, family, rest))
}
