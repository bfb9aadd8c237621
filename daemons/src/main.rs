//! The `ringrift` binary.
fn main() {}
