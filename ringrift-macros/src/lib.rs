//! The attribute macros of ringrift.
