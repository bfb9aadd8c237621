//! When an event was published, in three bytes: the seconds of a runtime's clock, but for the half years,
//! which everything in memory has in common.

/// Seconds since the start, the lowest 24 bits of them: half a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stamp([u8; 3]);

/// A second, in milliseconds.
const SECOND: u64 = 1000;
/// How many seconds there are before it begins anew.
const SPAN: u64 = 1 << 24;

impl Stamp {
    /// The stamp of a reading of the clock.
    pub(crate) const fn of(ms: u64) -> Self {
        let [low, middle, high, ..] = ((ms / SECOND) % SPAN).to_le_bytes();
        Self([low, middle, high])
    }

    /// The reading, to a second, of a stamp that is no older than half a year.
    pub(crate) const fn ms(self, now_ms: u64) -> u64 {
        let [low, middle, high] = self.0;
        let seconds = u32::from_le_bytes([low, middle, high, 0]) as u64;
        let now = now_ms / SECOND;
        let age = (now + SPAN - seconds) % SPAN;
        now.saturating_sub(age) * SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::{super::event::Envelope, *};

    #[test]
    fn it_fills_a_gap_of_the_envelope() {
        // Beside the two counts of its `Arc`, and 48 bytes of payload, that is 104 bytes.
        assert_eq!(size_of::<Envelope<()>>(), 40);
    }

    #[test]
    fn a_reading_is_found_again_for_half_a_year_also_over_the_end_of_the_span() {
        for (then, age) in
            [(0, 0), (1, 0), (5_999, 60_000), (SPAN * SECOND - 1, 2_000), (70 * SPAN * SECOND, 194 * 86_400_000)]
        {
            let expected = then / SECOND * SECOND;
            assert_eq!(Stamp::of(then).ms(then + age), expected, "{then}");
        }
        assert_eq!(SPAN / 86_400, 194);
    }
}
