//! Configuration.

pub mod duration;
pub mod origin;
pub mod problem;

mod node;
mod path;
mod secret;
