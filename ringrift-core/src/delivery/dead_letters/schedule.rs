//! When retries are due.

use std::time::Duration;

/// How many retries a letter gets before it is `exhausted`.
pub(crate) const MAX_RETRIES: u32 = 5;
/// The wait before the first retry; it doubles.
pub(crate) const FIRST_RETRY: Duration = Duration::from_secs(60);
/// The longest wait between retries.
pub(crate) const RETRY_CAP: Duration = Duration::from_secs(3600);

/// The wait before retry `retries + 1`: 60 x 2^n seconds, 3600 at most.
pub(crate) fn retry_delay(retries: u32) -> Duration {
    FIRST_RETRY.saturating_mul(1 << retries.min(16)).min(RETRY_CAP)
}

/// When retry `retries + 1` of what failed at `now_ms` is due.
pub(super) fn due_ms(now_ms: u64, retries: u32) -> u64 {
    now_ms + retry_delay(retries).as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_wait_sixty_seconds_doubling_to_an_hour() {
        let seconds: Vec<u64> = (0..8).map(|n| retry_delay(n).as_secs()).collect();
        assert_eq!(seconds, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(MAX_RETRIES, 5);
    }
}
