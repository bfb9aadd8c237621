//! What finds a cycle beyond the bound of the walk: linear and complete, because rustc memoises it.

/// One more than the greatest level among the dependencies.
///
/// Generic, because an associated const of a non-generic impl is evaluated even when nobody asks,
/// and would add rustc's E0391 to every short cycle that the walk has already named.
pub trait Level<X> {
    /// The level; a daemon without dependencies is at 1.
    const LEVEL: u32;
}

/// The greatest of some levels, 0 for none.
pub const fn max_level(levels: &[u32]) -> u32 {
    let mut max = 0;
    let mut i = 0;
    while i < levels.len() {
        if levels[i] > max {
            max = levels[i];
        }
        i += 1;
    }
    max
}

/// Apart from `check`, because rustc evaluates all the constants that a function names as it enters it.
pub(super) const fn level<D: Level<()>>() -> u32 {
    <D as Level<()>>::LEVEL
}
