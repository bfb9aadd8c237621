//! A Hex position: the stones, whose turn it is, and who has won.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::groups::Groups;
use super::size::HexSize;

/// One of the two players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Player {
    /// Moves first and connects the top row with the bottom row.
    One,
    /// Moves second and connects the left column with the right column.
    Two,
}

/// One hexagon: `x` counts columns from the left, `y` rows from the top, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The column.
    pub x: u8,
    /// The row.
    pub y: u8,
}

/// A position, from which play can go on.
///
/// A clone copies two small vectors (a few hundred bytes on 11 x 11), so that a play-out starts
/// from a copy and nothing has to be taken back.
#[derive(Debug, Clone)]
pub struct Board {
    size: HexSize,
    stones: Vec<Option<Player>>,
    groups: Groups,
    to_move: Player,
    winner: Option<Player>,
}

/// Says why a stone cannot be put down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IllegalMove {
    /// The board has no such cell.
    #[error("cell {cell} is not on a board of {rows} rows")]
    OffBoard {
        /// The cell.
        cell: Cell,
        /// The number of rows of the board.
        rows: u8,
    },
    /// A stone lies there already.
    #[error("cell {cell} is taken")]
    Taken {
        /// The cell.
        cell: Cell,
    },
    /// The game is over.
    #[error("player {winner} has already won", winner = winner.number())]
    Over {
        /// Who has won it.
        winner: Player,
    },
}

impl Player {
    /// The player's number in game records, 1 or 2.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The other player.
    pub fn opponent(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

impl Board {
    /// An empty board; player one moves.
    pub fn new(size: HexSize) -> Self {
        let cells = u16::from(size.rows()) * u16::from(size.rows());
        Self {
            size,
            stones: vec![None; cells.into()],
            // The four edges are points of their own, after the cells: see `edge`.
            groups: Groups::new(cells + 4),
            to_move: Player::One,
            winner: None,
        }
    }

    /// The size of the board.
    pub fn size(&self) -> HexSize {
        self.size
    }

    /// Who moves next, or would if the game were not over.
    pub fn to_move(&self) -> Player {
        self.to_move
    }

    /// Who has won, if the game is over.
    pub fn winner(&self) -> Option<Player> {
        self.winner
    }

    /// Whose stone lies on a cell; none lies outside the board.
    pub fn stone(&self, cell: Cell) -> Option<Player> {
        self.index(cell).and_then(|index| self.stones[usize::from(index)])
    }

    /// The empty cells, row by row; none once the game is over.
    pub fn legal_moves(&self) -> impl Iterator<Item = Cell> {
        let rows = self.size.rows();
        let cells = (0..rows).flat_map(move |y| (0..rows).map(move |x| Cell { x, y }));
        let stones: &[_] = if self.winner.is_some() { &[] } else { &self.stones };
        let empty = cells.zip(stones).filter(|(_, stone)| stone.is_none());
        empty.map(|(cell, _)| cell)
    }

    /// Puts down a stone of the player whose turn it is.
    ///
    /// # Errors
    ///
    /// The game is over, or the cell is taken or not on the board; the position is unchanged.
    pub fn play(&mut self, cell: Cell) -> Result<(), IllegalMove> {
        if let Some(winner) = self.winner {
            return Err(IllegalMove::Over { winner });
        }
        let rows = self.size.rows();
        let index = self.index(cell).ok_or(IllegalMove::OffBoard { cell, rows })?;
        if self.stones[usize::from(index)].is_some() {
            return Err(IllegalMove::Taken { cell });
        }
        self.put(cell, index);
        Ok(())
    }

    fn put(&mut self, cell: Cell, index: u16) {
        let player = self.to_move;
        self.stones[usize::from(index)] = Some(player);
        for neighbour in neighbours(cell) {
            if let Some(other) = self.index(neighbour)
                && self.stones[usize::from(other)] == Some(player)
            {
                self.groups.join(index, other);
            }
        }
        let last = self.size.rows() - 1;
        let along = match player {
            Player::One => cell.y,
            Player::Two => cell.x,
        };
        let (near, far) = self.edges(player);
        if along == 0 {
            self.groups.join(index, near);
        }
        if along == last {
            self.groups.join(index, far);
        }
        if self.groups.are_joined(near, far) {
            self.winner = Some(player);
        }
        self.to_move = player.opponent();
    }

    /// The points that stand for a player's two edges.
    fn edges(&self, player: Player) -> (u16, u16) {
        let cells = u16::from(self.size.rows()) * u16::from(self.size.rows());
        match player {
            Player::One => (cells, cells + 1),
            Player::Two => (cells + 2, cells + 3),
        }
    }

    fn index(&self, cell: Cell) -> Option<u16> {
        let rows = self.size.rows();
        (cell.x < rows && cell.y < rows).then(|| u16::from(cell.y) * u16::from(rows) + u16::from(cell.x))
    }
}

/// The six cells around one; those outside the board are for the caller to leave out.
fn neighbours(Cell { x, y }: Cell) -> [Cell; 6] {
    // Left of column 0 wraps around to column 255, which no board has.
    let (left, right, above, below) = (x.wrapping_sub(1), x + 1, y.wrapping_sub(1), y + 1);
    [
        Cell { x, y: above },
        Cell { x: right, y: above },
        Cell { x: left, y },
        Cell { x: right, y },
        Cell { x: left, y: below },
        Cell { x, y: below },
    ]
}

#[cfg(test)]
mod tests;
