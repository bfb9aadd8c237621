//! What stdout can show.

use std::io::{IsTerminal, stdout};

/// How wide it is, and whether in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terminal {
    /// `None` for a file or a pipe, whose lines are never broken.
    pub(super) width: Option<u16>,
    pub(super) is_coloured: bool,
}

impl Terminal {
    /// What stdout is; colour is off under `NO_COLOR` (no-color.org) and on dumb terminals.
    pub(super) fn of_stdout() -> Self {
        let (width, is_terminal) = (comfy_table::Table::new().width(), stdout().is_terminal());
        Self { width, is_coloured: is_terminal && is_colour_wanted() }
    }

    /// What stderr is, for what is never in colour.
    pub(super) fn of_stderr() -> Self {
        Self { width: comfy_table::Table::new().use_stderr().width(), is_coloured: false }
    }
}

fn is_colour_wanted() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !is_set("NO_COLOR") && !is_dumb
}
