//! Whole-system tests, through the public API only.
