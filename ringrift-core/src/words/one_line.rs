//! Texts of others, such as errors, in lines of ours: a log line, a row of a table.

use std::borrow::Cow;

/// The text on one line: its lines joined by ` | `, and nothing in it that a terminal would obey.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let joined = lines.join(" | ").replace('\t', " ");
    Cow::Owned(joined.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.into() }).collect())
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn lines_are_joined_and_escapes_are_shown() {
        assert_eq!(one_line("plain: ü"), "plain: ü");
        assert_eq!(
            one_line("could not compile\n\n  at a.rs:3\r\n\tnear x\n"),
            "could not compile | at a.rs:3 | near x"
        );
        assert_eq!(one_line("\u{1b}[31mred\u{1b}[0m\u{7}"), r"\u{1b}[31mred\u{1b}[0m\u{7}");
    }
}
