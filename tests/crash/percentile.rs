//! Of many times, the one that so many of a hundred are not above.

use std::time::Duration;

/// Of times in ascending order; 100 is the longest, and of none it is zero.
#[must_use]
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}
