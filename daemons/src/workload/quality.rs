//! How good the stored games of a config are, between 0 and 1.
//!
//! The score judges what is really in the database, by four shares:
//!
//! | share | of | weight |
//! |---|---|---|
//! | complete | games that were played to their end, were won by a player and say how many moves they have | 0.40 |
//! | ordinary length | games that have between a quarter of the median number of moves and four times it | 0.25 |
//! | decided | games that have a winner | 0.20 |
//! | new | offered games that were not in the database already | 0.15 |
//!
//! The first weighs most, because a game that was cut off teaches what is false, and the last
//! least, because a duplicate only costs time. Games none of which is complete cannot score
//! [`WARNING`], whatever else is good about them.
//!
//! A line in quarantine is judged nowhere, because it does not say reliably which config it is of;
//! the inbox reports it.
//!
//! No games have no score: that nothing is known is not an opinion about the data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::games::facts::QualityFacts;

/// Below this score, data is poor and deserves a warning.
pub const WARNING: f64 = 0.6;
/// From this score on, data is good.
pub const GOOD: f64 = 0.8;
/// From this score on, data is excellent.
pub const EXCELLENT: f64 = 0.95;
/// A change of the score that is worth reporting within a class.
pub const REPORTED_CHANGE: f64 = 0.1;

const COMPLETE_WEIGHT: f64 = 0.40;
const LENGTH_WEIGHT: f64 = 0.25;
const DECIDED_WEIGHT: f64 = 0.20;
const NEW_WEIGHT: f64 = 0.15;

/// How many times shorter or longer than the median an ordinary game may be.
const LENGTH_BAND: u64 = 4;

/// What a score means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QualityClass {
    /// From [`EXCELLENT`] on.
    Excellent,
    /// From [`GOOD`] on.
    Good,
    /// From [`WARNING`] on.
    Degraded,
    /// Below [`WARNING`].
    Poor,
    /// There is nothing to judge.
    Unknown,
}

impl QualityClass {
    /// The class of a score, or of none.
    pub fn of(score: Option<f64>) -> Self {
        match score {
            None => Self::Unknown,
            Some(score) if score >= EXCELLENT => Self::Excellent,
            Some(score) if score >= GOOD => Self::Good,
            Some(score) if score >= WARNING => Self::Degraded,
            Some(_) => Self::Poor,
        }
    }
}

/// Scores the games of a config; `None` if there are none.
pub fn score(facts: &QualityFacts) -> Option<f64> {
    let complete = share(facts.complete, facts.games)?;
    let length = share(of_ordinary_length(&facts.lengths)?, facts.games)?;
    let decided = share(facts.decided, facts.games)?;
    let new = 1.0 - share(facts.duplicates, facts.offered)?;
    Some(COMPLETE_WEIGHT * complete + LENGTH_WEIGHT * length + DECIDED_WEIGHT * decided + NEW_WEIGHT * new)
}

/// Tells whether a score is news to somebody who knows the last one that was reported: its class is
/// another one, or it differs by [`REPORTED_CHANGE`] or more.
pub fn is_worth_reporting(last: Option<f64>, now: Option<f64>) -> bool {
    // Scores that differ by exactly the limit, as decimals, differ by a little less as floats.
    const ROUNDING: f64 = 1e-9;
    let has_moved = last.zip(now).is_some_and(|(last, now)| (last - now).abs() >= REPORTED_CHANGE - ROUNDING);
    has_moved || QualityClass::of(last) != QualityClass::of(now)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How many games are neither far shorter nor far longer than the median; `None` without games.
fn of_ordinary_length(lengths: &BTreeMap<u64, u64>) -> Option<u64> {
    let median = median(lengths)?;
    let ordinary =
        lengths.iter().filter(|&(&length, _)| length * LENGTH_BAND >= median && length <= median * LENGTH_BAND);
    Some(ordinary.map(|(_, games)| games).sum())
}

/// The number of moves of the game in the middle, of the shorter one if two are in the middle.
fn median(lengths: &BTreeMap<u64, u64>) -> Option<u64> {
    let games: u64 = lengths.values().sum();
    let mut up_to_here = 0;
    lengths.iter().find_map(|(&length, &count)| {
        up_to_here += count;
        (up_to_here * 2 >= games).then_some(length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred games of 50 moves without a fault.
    fn flawless() -> QualityFacts {
        QualityFacts {
            games: 100,
            complete: 100,
            decided: 100,
            lengths: BTreeMap::from([(50, 100)]),
            offered: 100,
            duplicates: 0,
        }
    }

    fn check(facts: &QualityFacts, expected: f64) {
        let score = score(facts).unwrap();
        assert!((score - expected).abs() < 1e-9, "{score}, not {expected}");
    }

    #[test]
    fn flawless_games_score_one_and_none_score_nothing() {
        check(&flawless(), 1.0);
        assert_eq!(score(&QualityFacts::default()), None);
    }

    #[test]
    fn each_fault_costs_its_weight() {
        check(&QualityFacts { complete: 0, ..flawless() }, 0.60);
        check(&QualityFacts { complete: 75, ..flawless() }, 0.90);
        check(&QualityFacts { decided: 0, ..flawless() }, 0.80);
        check(&QualityFacts { offered: 200, duplicates: 100, ..flawless() }, 0.925);
        let lengths = BTreeMap::from([(12, 30), (50, 60), (201, 10)]);
        check(&QualityFacts { lengths, ..flawless() }, 0.90);
    }

    #[test]
    fn lengths_at_the_edge_of_the_band_are_ordinary() {
        let edges = BTreeMap::from([(9, 1), (10, 1), (40, 5), (160, 1), (161, 1)]);
        assert_eq!(of_ordinary_length(&edges), Some(7));
    }

    #[test]
    fn the_median_counts_games_and_not_lengths() {
        assert_eq!(median(&BTreeMap::from([(1, 1), (2, 1), (9, 10)])), Some(9));
        assert_eq!(median(&BTreeMap::from([(1, 5), (9, 5)])), Some(1));
        assert_eq!(median(&BTreeMap::new()), None);
    }

    #[test]
    fn each_class_starts_at_its_number() {
        for (score, class) in [
            (Some(1.0), QualityClass::Excellent),
            (Some(0.95), QualityClass::Excellent),
            (Some(0.949), QualityClass::Good),
            (Some(0.8), QualityClass::Good),
            (Some(0.799), QualityClass::Degraded),
            (Some(0.6), QualityClass::Degraded),
            (Some(0.599), QualityClass::Poor),
            (Some(0.0), QualityClass::Poor),
            (None, QualityClass::Unknown),
        ] {
            assert_eq!(QualityClass::of(score), class, "{score:?}");
        }
    }

    #[test]
    fn a_score_is_news_when_it_moved_by_a_tenth_or_changed_its_class() {
        for (last, now, is_news) in [
            (Some(0.70), Some(0.60), true),
            (Some(0.60), Some(0.70), true),
            (Some(0.70), Some(0.61), false),
            (Some(0.79), Some(0.80), true),
            (Some(0.59), Some(0.60), true),
            (Some(0.70), Some(0.70), false),
            (None, Some(0.70), true),
            (Some(0.70), None, true),
            (None, None, false),
        ] {
            assert_eq!(is_worth_reporting(last, now), is_news, "{last:?} {now:?}");
        }
    }
}
