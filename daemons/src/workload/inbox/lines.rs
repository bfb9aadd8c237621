//! Reads a file line by line, and never more of a line than a bound.

use std::io::{self, BufRead, Read};

/// How much is kept of a line that is too long.
const START_KEPT: usize = 4096;

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    limit: usize,
}

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RawLine {
    /// All of it.
    Whole(Vec<u8>),
    /// The start of one that is longer than the limit.
    TooLong(Vec<u8>),
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R, limit: usize) -> Self {
        Self { reader, limit }
    }

    /// Reads the next line; the last one may lack its end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine>> {
        let mut line = Vec::new();
        let bound = self.limit as u64 + 1;
        let read = (&mut self.reader).take(bound).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > self.limit {
            self.reader.skip_until(b'\n')?;
            line.truncate(START_KEPT);
            return Ok(Some(RawLine::TooLong(line)));
        }
        Ok(Some(RawLine::Whole(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, limit: usize) -> Vec<RawLine> {
        // A tiny buffer, so that every line crosses its edge.
        let mut lines = Lines::new(io::BufReader::with_capacity(3, text.as_bytes()), limit);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    fn whole(text: &str) -> RawLine {
        RawLine::Whole(text.into())
    }

    #[test]
    fn the_last_line_counts_with_and_without_its_end() {
        assert_eq!(lines("one\n\ntwo\n", 10), [whole("one"), whole(""), whole("two")]);
        assert_eq!(lines("one\ntwo", 10), [whole("one"), whole("two")]);
        assert_eq!(lines("", 10), []);
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
        let too_long = || RawLine::TooLong("12345".into());
        assert_eq!(lines("1234\nab\n", 4), [whole("1234"), whole("ab")]);
        assert_eq!(lines("1234", 4), [whole("1234")]);
        assert_eq!(lines("12345\nab\n", 4), [too_long(), whole("ab")]);
        assert_eq!(lines("12345678901\nab", 4), [too_long(), whole("ab")]);
        assert_eq!(lines("12345", 4), [too_long()]);
    }

    #[test]
    fn only_the_start_of_a_line_that_is_too_long_is_kept() {
        let text = "x".repeat(3 * START_KEPT);
        let start = RawLine::TooLong(text.as_bytes()[..START_KEPT].into());
        assert_eq!(lines(&text, 2 * START_KEPT), [start]);
    }
}
