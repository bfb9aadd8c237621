//! The wiring as a graph: who depends on, wants, emits and handles what.
