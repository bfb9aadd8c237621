//! TOML text to a tree with places.
//!
//! The parser of `toml` recovers, so every syntax error of a file is reported,
//! not only the first.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::node::{Node, Table, Value};
use super::origin::Origin;
use super::path::KeyPath;
use super::problem::Problem;

/// Reads a document; what could not be read is left out and reported.
pub(crate) fn parse_document(path: &Path, text: &str) -> (Node, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { place: Place::Document { path, text }, problems: Vec::new() };
    for error in errors {
        let span = error.span().unwrap_or_default();
        let origin = reader.place.at(&span);
        let message = match error.message() {
            "duplicate key" if text.get(span.clone()).is_some() => given_twice(text, span),
            message => syntax_message(message),
        };
        reader.report(origin, &KeyPath::default(), message);
    }
    let value = Value::Table(reader.table(table.get_ref(), &KeyPath::default()));
    (Node::new(Origin::whole_file(path), value), reader.problems)
}

/// Reads one value as it stands behind a `=`; `None` if it is not one.
///
/// All of it gets the origin of the text.
pub(crate) fn parse_value(origin: &Origin, text: &str) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut reader = Reader { place: Place::Elsewhere(origin), problems: Vec::new() };
    let value = reader.value(value.get_ref(), origin, &KeyPath::default());
    reader.problems.is_empty().then(|| Node::new(origin.clone(), value))
}

struct Reader<'a> {
    place: Place<'a>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &KeyPath) -> Table {
        let entries = table.iter().map(|(key, value)| {
            let path = path.key(key.get_ref());
            let mut node = self.node(value, &path);
            node.key_origin = self.place.at(&key.span());
            (key.get_ref().to_string(), node)
        });
        entries.collect()
    }

    fn list(&mut self, items: &DeArray<'_>, path: &KeyPath) -> Vec<Node> {
        let nodes = items.iter().enumerate();
        nodes.map(|(index, item)| self.node(item, &path.index(index))).collect()
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, path: &KeyPath) -> Node {
        let origin = self.place.at(&value.span());
        let value = self.value(value.get_ref(), &origin, path);
        Node::new(origin, value)
    }

    fn value(&mut self, value: &DeValue<'_>, origin: &Origin, path: &KeyPath) -> Value {
        match value {
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Datetime(date) => Value::Text(date.to_string()),
            DeValue::Array(items) => Value::List(self.list(items, path)),
            DeValue::Table(table) => Value::Table(self.table(table, path)),
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Integer(integer) => {
                let number = i64::from_str_radix(integer.as_str(), integer.radix());
                Value::Integer(number.unwrap_or_else(|_| {
                    let message = format!("must be from {} to {}, not {integer}", i64::MIN, i64::MAX);
                    self.report(origin.clone(), path, message);
                    0
                }))
            }
        }
    }

    fn report(&mut self, origin: Origin, path: &KeyPath, message: String) {
        self.problems.push(Problem { origin, path: path.to_string(), message });
    }
}

/// What spans are offsets into.
enum Place<'a> {
    Document {
        path: &'a Path,
        text: &'a str,
    },
    /// A single value of a variable or flag, which has no lines to point at.
    Elsewhere(&'a Origin),
}

impl Place<'_> {
    fn at(&self, span: &Range<usize>) -> Origin {
        match *self {
            Place::Elsewhere(origin) => origin.clone(),
            Place::Document { path, text } => {
                let (line, column) = position(text, span.start);
                Origin::File { path: path.to_owned(), line, column }
            }
        }
    }
}

/// Line and column from 1; the column counts characters, as editors do.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    // A byte order mark is no character to a reader.
    let shown = before[line_start(before, before.len())..].trim_start_matches('\u{feff}');
    (line, shown.chars().count() + 1)
}

/// Where the line of an offset begins.
fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

/// A table may be begun by its header, by a header below it, and by a dotted key: at one place only.
fn given_twice(text: &str, span: Range<usize>) -> String {
    let line = text[line_start(text, span.start)..].lines().next().unwrap_or_default();
    match line.split('#').next().map(str::trim).filter(|line| line.starts_with('[')) {
        Some(header) => format!("the table `{header}` is begun twice; put its keys under one header"),
        None => format!("`{}` is given twice, or is a table elsewhere; put it in one place", &text[span]),
    }
}

/// Takes the parser's wording for ours: one line, no capital, no full stop.
fn syntax_message(message: &str) -> String {
    let line = message.trim_end_matches('.').replace('\n', ", ");
    format!("malformed TOML: {line}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{parse_document, parse_value};
    use crate::config::node::Value;
    use crate::config::origin::Origin;
    use crate::config::path::KeyPath;

    const TEXT: &str = "\u{feff}top = 1\r\n\n[daemons.\"ü x\"]\n  'größe' = [1, {a = 2}]\n[daemons]\n";

    fn places(path: &KeyPath) -> (String, String) {
        let (tree, problems) = parse_document(Path::new("r.toml"), TEXT);
        assert_eq!(problems, []);
        let node = tree.find(path).unwrap();
        (node.key_origin.to_string(), node.origin.to_string())
    }

    fn check(path: &KeyPath, key: &str, value: &str) {
        assert_eq!(places(path), (key.into(), value.into()), "{path}");
    }

    #[test]
    fn keys_values_headers_and_items_know_their_places() {
        let daemons = KeyPath::parse("daemons").unwrap();
        let size = daemons.key("ü x").key("größe");
        check(&KeyPath::parse("top").unwrap(), "r.toml:1:1", "r.toml:1:7");
        check(&daemons.key("ü x"), "r.toml:3:10", "r.toml:3:1");
        check(&size, "r.toml:4:3", "r.toml:4:13");
        check(&size.index(1), "r.toml:4:17", "r.toml:4:17");
        check(&size.index(1).key("a"), "r.toml:4:18", "r.toml:4:22");
        check(&daemons, "r.toml:5:2", "r.toml:5:1");
        check(&KeyPath::default(), "r.toml", "r.toml");
    }

    fn complaints(text: &str) -> Vec<String> {
        let (_, problems) = parse_document(Path::new("r.toml"), text);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_syntax_error_is_reported_at_its_place() {
        assert_eq!(
            complaints("a = yes\nb = 1\nb = 2\n[c\n"),
            [
                "r.toml:4:3: malformed TOML: unclosed table, expected `]`",
                "r.toml:1:5: malformed TOML: string values must be quoted, expected literal string",
                "r.toml:3:1: `b` is given twice, or is a table elsewhere; put it in one place",
            ]
        );
    }

    #[test]
    fn a_table_that_is_begun_twice_is_named_with_its_header() {
        assert_eq!(
            complaints("[daemons.a]\nx = 1\n[daemons.a] # again\ny = 2\n"),
            ["r.toml:3:10: the table `[daemons.a]` is begun twice; put its keys under one header"]
        );
        assert_eq!(
            complaints("[a.b]\n[a]\nb.d = 2\n"),
            ["r.toml:3:1: `b` is given twice, or is a table elsewhere; put it in one place"]
        );
    }

    #[test]
    fn an_integer_too_great_to_hold_is_reported_by_its_key() {
        assert_eq!(
            complaints("[a]\nlist = [1, 9223372036854775808]\n"),
            ["r.toml:2:12: `a.list[1]` must be from -9223372036854775808 to 9223372036854775807, \
             not 9223372036854775808"]
        );
    }

    #[test]
    fn a_value_that_stands_alone_has_the_origin_of_its_text() {
        let origin = Origin::Env { variable: "RINGRIFT__A".into() };
        let node = parse_value(&origin, "[\"a\", 0x10]").unwrap();
        let Value::List(items) = node.value else { panic!("not a list") };
        assert!(matches!(items[1].value, Value::Integer(16)));
        assert_eq!(items[1].origin, origin);
        assert!(parse_value(&origin, "hello world").is_none());
        assert!(parse_value(&origin, "9223372036854775808").is_none());
    }
}
