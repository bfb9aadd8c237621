//! A Hex player: Monte Carlo tree search, seeded, with a budget in play-outs.
//!
//! Plain UCT: go down the tree by upper confidence bound, add one position, play it out at random,
//! count the result on the way back. The move with the most visits is played. The tree is built
//! anew for each move, so that a move depends on nothing but the position, the budget and the
//! state of the generator: the same seed and the same budget play the same game.

use std::num::NonZeroU32;

use thiserror::Error;

use super::board::{Board, Cell, Player};

/// The weight of trying what was tried little: the value that UCT is proved with, for results
/// between 0 and 1.
const EXPLORATION: f64 = std::f64::consts::SQRT_2;

/// Plays Hex by search.
#[derive(Debug, Clone)]
pub struct Mcts {
    playouts: NonZeroU32,
    rng: fastrand::Rng,
}

/// Says why the search has no move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoMove {
    /// Somebody asked the search to stop.
    #[error("the search was stopped")]
    Stopped,
    /// There is no move in a game that is over.
    #[error("the game is over")]
    GameOver,
}

impl Mcts {
    /// A player that spends this many play-outs on each move.
    pub fn new(playouts: NonZeroU32, seed: u64) -> Self {
        Self { playouts, rng: fastrand::Rng::with_seed(seed) }
    }

    /// Chooses a move for the player whose turn it is.
    ///
    /// A move that wins at once is taken without a search, so that a budget smaller than the
    /// number of cells cannot miss it. `should_stop` is asked before each play-out.
    ///
    /// # Errors
    ///
    /// The game is over, or `should_stop` said so.
    pub fn choose(&mut self, board: &Board, should_stop: &dyn Fn() -> bool) -> Result<Cell, NoMove> {
        if let Some(cell) = winning_move(board) {
            return Ok(cell);
        }
        let mut tree = Tree::new(board);
        for _ in 0..self.playouts.get() {
            if should_stop() {
                return Err(NoMove::Stopped);
            }
            tree.play_out(board.clone(), &mut self.rng);
        }
        tree.most_visited().ok_or(NoMove::GameOver)
    }
}

fn winning_move(board: &Board) -> Option<Cell> {
    board.legal_moves().find(|&cell| {
        let mut after = board.clone();
        after.play(cell).is_ok() && after.winner().is_some()
    })
}

/// A position in the tree and what its play-outs came to.
#[derive(Debug)]
struct Node {
    /// The move that leads here; the root has none.
    cell: Option<Cell>,
    /// Who made that move, and for whom the wins are counted.
    mover: Player,
    visits: u32,
    wins: u32,
    children: Vec<usize>,
    untried: Vec<Cell>,
}

impl Node {
    fn new(cell: Option<Cell>, board: &Board) -> Self {
        Self {
            cell,
            mover: board.to_move().opponent(),
            visits: 0,
            wins: 0,
            children: Vec::new(),
            untried: board.legal_moves().collect(),
        }
    }

    fn upper_bound(&self, parent_visits: u32) -> f64 {
        let visits = f64::from(self.visits);
        let share = f64::from(self.wins) / visits;
        share + EXPLORATION * (f64::from(parent_visits).ln() / visits).sqrt()
    }
}

/// The positions searched so far, the root first.
struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    fn new(board: &Board) -> Self {
        Self { nodes: vec![Node::new(None, board)] }
    }

    /// Adds one position and the result of one random game from it.
    fn play_out(&mut self, mut board: Board, rng: &mut fastrand::Rng) {
        let mut path = vec![0];
        let mut node = 0;
        while let Some(next) = self.step(node, &mut board, rng) {
            path.push(next);
            let is_new = self.nodes[next].visits == 0;
            if is_new {
                break;
            }
            node = next;
        }
        let winner = finish_at_random(board, rng);
        for index in path {
            let node = &mut self.nodes[index];
            node.visits += 1;
            node.wins += u32::from(node.mover == winner);
        }
    }

    /// Goes to a child of a node, an untried one if there is one; `None` where the game is over.
    fn step(&mut self, node: usize, board: &mut Board, rng: &mut fastrand::Rng) -> Option<usize> {
        if self.nodes[node].untried.is_empty() {
            let child = self.best_child(node)?;
            put(board, self.nodes[child].cell?);
            return Some(child);
        }
        let untried = &mut self.nodes[node].untried;
        let cell = untried.swap_remove(rng.usize(..untried.len()));
        put(board, cell);
        let child = self.nodes.len();
        self.nodes.push(Node::new(Some(cell), board));
        self.nodes[node].children.push(child);
        Some(child)
    }

    fn best_child(&self, node: usize) -> Option<usize> {
        let parent = &self.nodes[node];
        let bound = |child: usize| self.nodes[child].upper_bound(parent.visits);
        let children = parent.children.iter().copied();
        children.max_by(|&a, &b| bound(a).total_cmp(&bound(b)))
    }

    fn most_visited(&self) -> Option<Cell> {
        let children = self.nodes[0].children.iter();
        let best = children.max_by_key(|&&child| self.nodes[child].visits)?;
        self.nodes[*best].cell
    }
}

/// Plays the empty cells in random order until somebody has won.
fn finish_at_random(mut board: Board, rng: &mut fastrand::Rng) -> Player {
    let mut cells: Vec<Cell> = board.legal_moves().collect();
    rng.shuffle(&mut cells);
    let mut cells = cells.into_iter();
    loop {
        if let Some(winner) = board.winner() {
            return winner;
        }
        put(&mut board, cells.next().expect("a full board has a winner"));
    }
}

fn put(board: &mut Board, cell: Cell) {
    board.play(cell).expect("the cell was empty and the game was not over");
}

#[cfg(test)]
mod tests;
