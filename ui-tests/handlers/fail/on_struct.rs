//! What is no block.
use ringrift_core::handlers;
#[handlers]
struct Beta;

fn main() {}
