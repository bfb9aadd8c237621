//! What the tests and the binaries beside them share. The tests themselves are in `main.rs` and the
//! files beside it.

pub mod crash;
