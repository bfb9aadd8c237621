use super::*;

fn board(rows: u64) -> Board {
    Board::new(HexSize::new(rows).unwrap())
}

fn played(rows: u64, moves: &[(u8, u8)]) -> Board {
    let mut board = board(rows);
    for &(x, y) in moves {
        board.play(Cell { x, y }).unwrap();
    }
    board
}

/// Whether a player's stones connect the player's edges, by walking over them: the slow way, to
/// judge the fast one.
fn connects(board: &Board, player: Player) -> bool {
    let rows = board.size().rows();
    let along = |cell: Cell| match player {
        Player::One => cell.y,
        Player::Two => cell.x,
    };
    let cells = (0..rows).flat_map(|y| (0..rows).map(move |x| Cell { x, y }));
    let is_own = |cell: &Cell| board.stone(*cell) == Some(player);
    let mut walk: Vec<Cell> = cells.filter(|cell| along(*cell) == 0).filter(is_own).collect();
    let mut reached = walk.clone();
    while let Some(cell) = walk.pop() {
        for next in neighbours(cell).into_iter().filter(is_own) {
            if !reached.contains(&next) {
                reached.push(next);
                walk.push(next);
            }
        }
    }
    reached.into_iter().any(|cell| along(cell) == rows - 1)
}

#[test]
fn a_straight_column_wins_for_player_one() {
    let board = played(3, &[(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]);
    assert_eq!(board.winner(), Some(Player::One));
}

#[test]
fn a_straight_row_wins_for_player_two() {
    let board = played(3, &[(0, 0), (0, 1), (0, 2), (1, 1), (1, 0), (2, 1)]);
    assert_eq!(board.winner(), Some(Player::Two));
}

#[test]
fn cells_touch_along_one_diagonal_only() {
    // (1, 0) and (0, 1) touch; (0, 0) and (1, 1) do not.
    assert_eq!(played(2, &[(1, 0), (1, 1), (0, 1)]).winner(), Some(Player::One));
    assert_eq!(played(2, &[(0, 0), (1, 0), (1, 1)]).winner(), None);
}

#[test]
fn every_play_out_has_exactly_one_winner_and_its_chain_is_real() {
    for rows in 2..=9 {
        for seed in 0..60 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut board = board(rows);
            let mut moves: Vec<Cell> = board.legal_moves().collect();
            rng.shuffle(&mut moves);
            for cell in moves {
                if board.winner().is_none() {
                    board.play(cell).unwrap();
                }
                for player in [Player::One, Player::Two] {
                    let has_won = board.winner() == Some(player);
                    assert_eq!(connects(&board, player), has_won, "{rows} rows, seed {seed}");
                }
            }
            assert!(board.winner().is_some(), "a draw: {rows} rows, seed {seed}");
        }
    }
}

#[test]
fn a_move_that_is_not_legal_is_refused_and_changes_nothing() {
    let mut board = played(2, &[(0, 0)]);
    let taken = Cell { x: 0, y: 0 };
    assert_eq!(board.play(taken), Err(IllegalMove::Taken { cell: taken }));
    let outside = Cell { x: 0, y: 2 };
    let off_board = IllegalMove::OffBoard { cell: outside, rows: 2 };
    assert_eq!(board.play(outside), Err(off_board));
    assert_eq!(off_board.to_string(), "cell (0, 2) is not on a board of 2 rows");
    assert_eq!(board.to_move(), Player::Two);
    assert_eq!(board.legal_moves().count(), 3);
}

#[test]
fn nothing_can_be_played_after_the_win() {
    let mut board = played(2, &[(0, 0), (1, 0), (0, 1)]);
    let over = IllegalMove::Over { winner: Player::One };
    assert_eq!(board.play(Cell { x: 1, y: 1 }), Err(over));
    assert_eq!(board.legal_moves().count(), 0);
}

#[test]
fn a_clone_goes_its_own_way() {
    let board = played(2, &[(0, 0), (1, 0)]);
    let mut play_out = board.clone();
    play_out.play(Cell { x: 0, y: 1 }).unwrap();
    assert_eq!(play_out.winner(), Some(Player::One));
    assert_eq!(board.winner(), None);
    assert_eq!(board.stone(Cell { x: 0, y: 1 }), None);
}
