//! Whole-system tests live in `main.rs` and the files beside it; this library is empty.
