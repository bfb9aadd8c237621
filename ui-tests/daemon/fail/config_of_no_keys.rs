//! Sections of other types that no table of keys can be read as.
use ringrift_core::prelude::*;
#[daemon(category = "misc", config = (u8, u8))]
struct Alpha;
impl Daemon for Alpha {}

#[daemon(category = "misc", config = std::vec::Vec<String>)]
struct Beta;
impl Daemon for Beta {}

#[daemon(category = "misc", config = [u8; 4])]
struct Gamma;
impl Daemon for Gamma {}

fn main() {}
