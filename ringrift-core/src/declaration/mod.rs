//! Floor 3: what exists and how it is joined. Nothing runs here, and inventory is read in one
//! function, [`registry::Registry::collected`].

pub mod daemon;
pub mod graph;
pub(crate) mod live;
pub mod registry;
pub mod spec;
pub mod wiring;
