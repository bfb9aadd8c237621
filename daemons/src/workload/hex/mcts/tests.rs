use std::cell::Cell as Counter;

use super::*;
use crate::workload::hex::size::HexSize;

fn never() -> bool {
    false
}

fn mcts(playouts: u32, seed: u64) -> Mcts {
    Mcts::new(NonZeroU32::new(playouts).unwrap(), seed)
}

fn board(rows: u64, moves: &[(u8, u8)]) -> Board {
    let mut board = Board::new(HexSize::new(rows).unwrap());
    for &(x, y) in moves {
        board.play(Cell { x, y }).unwrap();
    }
    board
}

/// Plays the search against random moves; `searcher` says which side searches.
fn beats_random(seed: u64, searcher: Player) -> bool {
    let mut search = mcts(200, seed);
    let mut rng = fastrand::Rng::with_seed(!seed);
    let mut board = board(5, &[]);
    while board.winner().is_none() {
        let cell = if board.to_move() == searcher {
            search.choose(&board, &never).unwrap()
        } else {
            rng.choice(board.legal_moves().collect::<Vec<_>>()).unwrap()
        };
        board.play(cell).unwrap();
    }
    board.winner() == Some(searcher)
}

#[test]
fn two_hundred_play_outs_beat_a_random_player_on_either_side() {
    for searcher in [Player::One, Player::Two] {
        let wins = (0..20).filter(|&seed| beats_random(seed, searcher)).count();
        assert!(wins >= 19, "{searcher:?} won {wins} of 20");
    }
}

#[test]
fn more_play_outs_beat_fewer() {
    let wins = |many_play: Player| {
        let is_won = |&seed: &u64| {
            let (mut many, mut few) = (mcts(400, seed), mcts(20, seed));
            let mut board = board(5, &[]);
            while board.winner().is_none() {
                let is_many = board.to_move() == many_play;
                let player = if is_many { &mut many } else { &mut few };
                let cell = player.choose(&board, &never).unwrap();
                board.play(cell).unwrap();
            }
            board.winner() == Some(many_play)
        };
        (0..10).filter(is_won).count()
    };
    let (first, second) = (wins(Player::One), wins(Player::Two));
    assert!(first + second >= 15, "{first} + {second} of 20");
}

#[test]
fn a_winning_move_is_taken_with_the_smallest_budget() {
    let board = board(5, &[(2, 0), (0, 0), (2, 1), (0, 1), (2, 2), (0, 2), (2, 3), (4, 4)]);
    for seed in 0..20 {
        let mut after = board.clone();
        after.play(mcts(1, seed).choose(&board, &never).unwrap()).unwrap();
        assert_eq!(after.winner(), Some(Player::One), "seed {seed}");
    }
}

#[test]
fn the_only_move_that_does_not_lose_at_once_is_found() {
    // Player one wins at (0, 2) unless player two takes it.
    let board = board(3, &[(0, 0), (2, 0), (0, 1)]);
    for seed in 0..20 {
        let cell = mcts(200, seed).choose(&board, &never).unwrap();
        assert_eq!(cell, Cell { x: 0, y: 2 }, "seed {seed}");
    }
}

#[test]
fn the_same_seed_and_budget_choose_the_same_move() {
    let board = board(7, &[(3, 3)]);
    for seed in 0..5 {
        let choose = || mcts(50, seed).choose(&board, &never);
        assert_eq!(choose(), choose());
    }
    let moves: Vec<_> = (0..5).map(|seed| mcts(50, seed).choose(&board, &never)).collect();
    assert!(moves.iter().any(|cell| *cell != moves[0]), "{moves:?}");
}

#[test]
fn a_stop_ends_the_search_before_the_next_play_out() {
    let asked = Counter::new(0);
    let stop_at_the_third = || {
        asked.set(asked.get() + 1);
        asked.get() == 3
    };
    let cell = mcts(u32::MAX, 1).choose(&board(5, &[]), &stop_at_the_third);
    assert_eq!((cell, asked.get()), (Err(NoMove::Stopped), 3));
}

#[test]
fn a_finished_game_has_no_move() {
    let over = board(2, &[(0, 0), (1, 0), (0, 1)]);
    assert_eq!(mcts(10, 1).choose(&over, &never), Err(NoMove::GameOver));
}
