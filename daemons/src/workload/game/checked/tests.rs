use super::*;

const SOUND: &str = r#"{"board_type":"hex5","num_players":2,"winner":2,"moves":[1,2]}"#;

fn reason(line: impl AsRef<[u8]>) -> String {
    Game::from_line(line.as_ref()).unwrap_err().to_string()
}

#[test]
fn a_sound_line_is_a_game_with_its_keys_and_its_own_text() {
    let game = Game::from_line(SOUND.as_bytes()).unwrap();
    assert_eq!(game.config_key().to_string(), "hex5_2p");
    assert_eq!(game.content_key(), game.record().content_key());
    assert_eq!(game.line(), SOUND);
    assert_eq!(Game::from_record(game.record().clone()), Ok(Game { line: game.line, ..game }));
}

#[test]
fn a_game_that_nobody_won_is_sound() {
    let line = SOUND.replace("\"winner\":2", "\"winner\":null");
    assert_eq!(Game::from_line(line.as_bytes()).unwrap().record().winner, None);
}

#[test]
fn each_contradiction_is_named() {
    for (sound, broken, wrong) in [
        ("\"winner\":2", "\"winner\":3", "`winner` is 3, and the players are 1 to 2"),
        ("\"winner\":2", "\"winner\":0", "`winner` is 0, and the players are 1 to 2"),
        ("\"winner\":2", "\"winner\":-1", "`winner` is -1, and the players are 1 to 2"),
        ("[1,2]", "[]", "`moves` is empty"),
        ("[1,2]", "[1,2],\"move_count\":3", "`move_count` is 3, and `moves` has 2"),
        ("players\":2", "players\":5", "board `hex5` cannot have 5 players, only 2 to 4"),
    ] {
        let line = SOUND.replace(sound, broken);
        assert_eq!(reason(line), format!("the game is not sound: {wrong}"));
    }
}

#[test]
fn all_contradictions_are_named_at_once() {
    let line = r#"{"board_type":"","num_players":2,"winner":9,"moves":[],"move_count":1}"#;
    let Err(BadLine::Unsound(problems)) = Game::from_line(line.as_bytes()) else {
        panic!("the line is sound");
    };
    let config = InvalidConfigKey::Board { board: String::new() };
    let winner = GameProblem::Winner { winner: 9, num_players: 2 };
    let count = GameProblem::MoveCount { stated: 1, counted: 0 };
    let expected = [config.into(), winner, GameProblem::NoMoves, count];
    assert_eq!(problems, expected);
}

#[test]
fn what_is_no_record_is_refused() {
    assert_eq!(reason(b"{\"board_type\":\"\xff\"}"), "the line is not UTF-8");
    for line in [&SOUND[..30], "[]", "null", "{}", &[SOUND, SOUND].concat()] {
        assert_eq!(reason(line), "the line is not a game record");
    }
}
