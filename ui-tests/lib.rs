//! Every message of the macros: see `ui.rs`.
