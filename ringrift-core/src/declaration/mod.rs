//! Floor 3: what exists and how it is joined. Nothing runs here, and inventory is read in one
//! function, [`registry::Registry::collected`].

pub(crate) mod daemon;
pub(crate) mod graph;
pub(crate) mod live;
pub(crate) mod registry;
pub(crate) mod spec;
pub mod wiring;
