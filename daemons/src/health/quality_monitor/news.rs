//! What is news in a score.

use crate::workload::quality::{GOOD, is_worth_reporting};

/// What there is to tell of a score that is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct News {
    /// It is below the threshold.
    pub(super) is_low: bool,
    /// It was not good, and now it is.
    pub(super) is_recovered: bool,
}

/// Compares a score with the one that was told last; `None` when there is nothing to tell.
///
/// The threshold is a setting and may lie within a class, so that crossing it is news by itself.
pub(super) fn news(last: Option<f64>, now: Option<f64>, threshold: f64) -> Option<News> {
    let is_low = |score: f64| score < threshold;
    let has_crossed = last.zip(now).is_some_and(|(last, now)| is_low(last) != is_low(now));
    (has_crossed || is_worth_reporting(last, now)).then(|| News {
        is_low: now.is_some_and(is_low),
        is_recovered: last.zip(now).is_some_and(|(last, now)| last < GOOD && now >= GOOD),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_is_below_the_threshold_and_recovered_is_good_after_it_was_not() {
        let quiet = News { is_low: false, is_recovered: false };
        let low = Some(News { is_low: true, ..quiet });
        let recovered = Some(News { is_recovered: true, ..quiet });
        let cases = [
            (None, None, None),
            (None, Some(0.9), Some(quiet)),
            (None, Some(0.59), low),
            (Some(0.9), Some(0.85), None),
            (Some(0.9), Some(0.6), Some(quiet)),
            (Some(0.6), Some(0.59), low),
            (Some(0.5), Some(0.45), None),
            (Some(0.5), Some(0.4), low),
            (Some(0.4), Some(0.7), Some(quiet)),
            (Some(0.7), Some(0.79), None),
            (Some(0.79), Some(0.8), recovered),
            (Some(0.4), Some(1.0), recovered),
            (Some(0.4), None, Some(quiet)),
        ];
        for (last, now, expected) in cases {
            assert_eq!(news(last, now, 0.6), expected, "{last:?} -> {now:?}");
        }
    }

    #[test]
    fn a_threshold_within_a_class_is_news_when_it_is_crossed() {
        let low = News { is_low: true, is_recovered: false };
        assert_eq!(news(Some(0.71), Some(0.69), 0.7), Some(low));
        assert_eq!(news(Some(0.71), Some(0.69), 0.6), None);
    }
}
