//! The stock daemons.
