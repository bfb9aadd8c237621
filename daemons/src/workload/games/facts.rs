//! What the quality of a config's games is judged by.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{GameDb, ReadError};
use crate::workload::config_key::ConfigKey;
use crate::workload::game::record::COMPLETED;

/// What the database knows about the games of one config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QualityFacts {
    /// How many there are.
    pub games: u64,
    /// How many were played to their end, were won by a player, and say how many moves they have.
    pub complete: u64,
    /// How many have a winner.
    pub decided: u64,
    /// How many there are of each number of moves.
    pub lengths: BTreeMap<u64, u64>,
    /// How many lines with a game of this config were ever offered.
    pub offered: u64,
    /// How many of those held a game that was already there.
    pub duplicates: u64,
}

impl GameDb {
    /// Reads what is known about a config's games, as of one moment. Blocks.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn quality_facts(&self, key: &ConfigKey) -> Result<QualityFacts, ReadError> {
        let mut connection = self.lock();
        // One transaction, so that another process cannot write between the two reads.
        let transaction = connection.transaction()?;
        let mut facts = QualityFacts::default();
        read_games(&transaction, key, &mut facts)?;
        read_offers(&transaction, key, &mut facts)?;
        Ok(facts)
    }
}

fn read_games(connection: &Connection, key: &ConfigKey, facts: &mut QualityFacts) -> rusqlite::Result<()> {
    let mut by_length = connection.prepare_cached(
        "SELECT moves, count(*), count(winner),
                count(*) FILTER (WHERE status = ?2 AND winner BETWEEN 1 AND num_players
                                       AND move_count = moves)
         FROM games WHERE config_key = ?1 GROUP BY moves",
    )?;
    let mut rows = by_length.query(params![key, COMPLETED])?;
    while let Some(row) = rows.next()? {
        let count = |column| row.get(column).map(i64::cast_unsigned);
        let games = count(1)?;
        facts.games += games;
        facts.decided += count(2)?;
        facts.complete += count(3)?;
        facts.lengths.insert(count(0)?, games);
    }
    Ok(())
}

fn read_offers(connection: &Connection, key: &ConfigKey, facts: &mut QualityFacts) -> rusqlite::Result<()> {
    let mut offers = connection.prepare_cached("SELECT offered, duplicates FROM offers WHERE config_key = ?1")?;
    let counts = offers.query_row(params![key], |row| Ok((row.get(0)?, row.get(1)?)));
    let (offered, duplicates): (i64, i64) = counts.optional()?.unwrap_or_default();
    facts.offered = offered.cast_unsigned();
    facts.duplicates = duplicates.cast_unsigned();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::workload::game::checked::Game;
    use crate::workload::games::store::OfferedLine;

    fn offered(line: &str) -> OfferedLine {
        OfferedLine::Game(Box::new(Game::from_line(line.as_bytes()).unwrap()))
    }

    #[test]
    fn the_facts_are_those_of_the_stored_games_of_one_config() {
        let folder = tempfile::tempdir().unwrap();
        let db = GameDb::open(&folder.path().join("games.db")).unwrap();
        let lines = [
            r#"{"board_type":"hex5","num_players":2,"winner":1,"moves":[1],"move_count":1,"status":"completed"}"#,
            r#"{"board_type":"hex5","num_players":2,"winner":2,"moves":[1,2],"move_count":2,"status":"abandoned"}"#,
            r#"{"board_type":"hex5","num_players":2,"winner":2,"moves":[2,1],"status":"completed"}"#,
            r#"{"board_type":"hex5","num_players":2,"winner":null,"moves":[3],"move_count":1,"status":"completed"}"#,
            r#"{"board_type":"hex5","num_players":2,"winner":null,"moves":[3],"move_count":1,"status":"completed"}"#,
            r#"{"board_type":"hex7","num_players":2,"winner":1,"moves":[1],"move_count":1,"status":"completed"}"#,
        ];
        let file = db.begin_file(Path::new("a.jsonl"), [0; 32]).unwrap();
        db.store_lines(&file, &lines.map(offered)).unwrap();
        let expected = QualityFacts {
            games: 4,
            complete: 1,
            decided: 3,
            lengths: BTreeMap::from([(1, 2), (2, 2)]),
            offered: 5,
            duplicates: 1,
        };
        let facts = |key: &str| db.quality_facts(&key.parse().unwrap()).unwrap();
        assert_eq!(facts("hex5_2p"), expected);
        assert_eq!(facts("hex9_2p"), QualityFacts::default());
    }
}
