//! ringrift.

pub mod config;
pub mod nearest;
