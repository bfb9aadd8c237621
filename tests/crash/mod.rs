//! A program that is killed, and the look at what is left of it.
//!
//! A victim, which is the binary `torture` with a role for its arguments, emits durable events and handles them;
//! every step leaves a line in a file, which outlives the process. A test, or `torture`, kills it at any moment,
//! starts it again, and compares the files with the store.

pub mod blocked;
pub mod daemons;
pub mod disk;
pub mod files;
pub mod kept;
pub mod kill;
pub mod narrow;
pub mod others;
pub mod percentile;
pub mod poison;
pub mod probe;
pub mod recovery;
pub mod resident;
pub mod roles;
pub mod sections;
pub mod slow;
pub mod starved;
pub mod storm;
pub mod stubborn;
pub mod suspend;
pub mod torture;
pub mod verdict;
