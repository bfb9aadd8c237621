//! Tables without lines: a row of headings, columns two spaces apart, cells broken at the width of
//! the terminal.

pub(super) use comfy_table::{Cell, Color};
use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::terminal::Terminal;

/// A table under way.
pub(super) struct Table {
    inner: comfy_table::Table,
    gap: u16,
}

impl Table {
    pub(super) fn new<const N: usize>(headings: [&str; N]) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_style(presets::NOTHING).set_header(headings);
        Self { inner, gap: 2 }
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.inner.add_row(cells);
    }

    /// Columns of numbers, by their places.
    pub(super) fn right(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        for column in columns {
            if let Some(column) = self.inner.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self
    }

    /// The text, with cells broken where the terminal is too narrow.
    pub(super) fn broken(mut self, terminal: Terminal) -> String {
        if let Some(width) = terminal.width {
            self.inner.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        self.text(terminal)
    }

    /// The heading and one line per row, never broken; columns move together where the terminal is
    /// too narrow.
    pub(super) fn lines(mut self, terminal: Terminal) -> Vec<String> {
        let columns = self.inner.column_max_content_widths();
        let gaps = usize::from(self.gap) * columns.len().saturating_sub(1);
        let needed = columns.into_iter().map(usize::from).sum::<usize>() + gaps;
        if terminal.width.is_some_and(|width| needed > usize::from(width)) {
            self.gap = 1;
        }
        self.text(terminal).lines().map(str::to_owned).collect()
    }

    fn text(mut self, terminal: Terminal) -> String {
        if terminal.is_coloured {
            self.inner.enforce_styling();
        } else {
            self.inner.force_no_tty();
        }
        let last = self.inner.column_count().saturating_sub(1);
        for (index, column) in self.inner.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { self.gap }));
        }
        self.inner.trim_fmt() + "\n"
    }
}

/// A cell in a colour.
pub(super) fn coloured(text: impl ToString, color: Option<Color>) -> Cell {
    let cell = Cell::new(text);
    match color {
        Some(color) => cell.fg(color),
        None => cell,
    }
}
