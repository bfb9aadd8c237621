//! Which config self-play takes next.
//!
//! The one with the least data. RingRift's scheduler adds up nine weighted reasons, the largest of
//! which is the data deficit, and then multiplies by up to 500 what has few games; the other eight
//! reasons need ratings and models, which are not kept here.

use std::collections::BTreeMap;

use super::config_key::ConfigKey;

/// Chooses the config with the fewest games among those that are configured.
///
/// A config without a count has no games; of two with as many, the first in order is taken. Games
/// that are being played count if the caller adds them to `games`.
pub fn next_config<'a>(configured: &'a [ConfigKey], games: &BTreeMap<ConfigKey, u64>) -> Option<&'a ConfigKey> {
    let count = |key| games.get(key).copied().unwrap_or(0);
    configured.iter().min_by_key(|key| (count(*key), *key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[&str]) -> Vec<ConfigKey> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn next(configured: &[&str], games: &[(&str, u64)]) -> Option<String> {
        let games = games.iter().map(|(key, games)| (key.parse().unwrap(), *games)).collect();
        next_config(&keys(configured), &games).map(ToString::to_string)
    }

    #[test]
    fn the_config_with_the_least_data_is_next() {
        let games = [("hex5_2p", 900), ("hex7_2p", 20), ("hex9_2p", 500)];
        let next = next(&["hex5_2p", "hex7_2p", "hex9_2p"], &games);
        assert_eq!(next.as_deref(), Some("hex7_2p"));
    }

    #[test]
    fn a_config_without_a_game_comes_before_all_others() {
        let next = next(&["hex5_2p", "hex7_2p"], &[("hex5_2p", 1)]);
        assert_eq!(next.as_deref(), Some("hex7_2p"));
    }

    #[test]
    fn the_first_in_order_is_next_among_equals_however_they_are_listed() {
        for configured in [["hex5_2p", "hex7_2p"], ["hex7_2p", "hex5_2p"]] {
            assert_eq!(next(&configured, &[]).as_deref(), Some("hex5_2p"));
        }
    }

    #[test]
    fn what_is_not_configured_is_never_next() {
        assert_eq!(next(&["hex5_2p"], &[("hex5_2p", 9), ("hex7_2p", 1)]).as_deref(), Some("hex5_2p"));
        assert_eq!(next(&[], &[("hex7_2p", 1)]), None);
    }

    #[test]
    fn taking_the_next_one_each_time_fills_all_configs_evenly() {
        let configured = keys(&["hex5_2p", "hex7_2p", "hex9_2p"]);
        let mut games = BTreeMap::from([(configured[1].clone(), 4)]);
        for _ in 0..11 {
            let key = next_config(&configured, &games).unwrap();
            *games.entry(key.clone()).or_insert(0) += 1;
        }
        assert!(games.values().all(|&games| games == 5), "{games:?}");
    }
}
