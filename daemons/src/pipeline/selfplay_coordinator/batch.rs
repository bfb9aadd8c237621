//! One batch of games, played side by side.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use ringrift_core::{Context, DaemonResult};

use super::SelfplayCoordinator;
use super::hex_config::HexConfig;
use crate::workload::game::checked::Game;
use crate::workload::hex::selfplay::Selfplay;

/// The games that are still to be played.
pub(super) struct Batch {
    games: Vec<Selfplay>,
}

impl Batch {
    /// Games of a config, each with a seed of its own.
    pub(super) fn new(config: &HexConfig, playouts: NonZeroU32, games: NonZeroU32) -> Self {
        let game = |_| Selfplay { size: config.size(), playouts, seed: fastrand::u64(..) };
        Self { games: (0..games.get()).map(game).collect() }
    }

    /// Plays them on all cores but one, and returns those that came to their end, which it also adds
    /// to `finished` one by one: all of them, unless the daemon is to stop.
    pub(super) async fn play(
        self,
        cx: &Context<SelfplayCoordinator>,
        finished: &Arc<AtomicU64>,
    ) -> DaemonResult<Vec<Game>> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = workers(cores).min(self.games.len());
        let left = Arc::new(Mutex::new(self.games.into_iter()));
        let play = |_| {
            let (left, finished, watched) = (Arc::clone(&left), Arc::clone(finished), cx.clone());
            cx.spawn_blocking(move || play_in_turn(&left, &finished, &watched))
        };
        let playing: Vec<_> = (0..workers).map(play).collect();
        let mut played = Vec::new();
        for games in playing {
            played.extend(games.await?);
        }
        Ok(played)
    }
}

/// One core stays for everything else.
fn workers(cores: usize) -> usize {
    cores.saturating_sub(1).max(1)
}

fn play_in_turn(
    left: &Mutex<impl Iterator<Item = Selfplay>>,
    finished: &AtomicU64,
    cx: &Context<SelfplayCoordinator>,
) -> Vec<Game> {
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let should_stop = || {
        cx.heartbeat();
        cx.shutdown().is_cancelled()
    };
    let games = std::iter::from_fn(next).map_while(|game| game.play(&should_stop).ok());
    games.inspect(|_| _ = finished.fetch_add(1, Relaxed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cores_but_one_play_and_a_single_one_does_too() {
        assert_eq!([1, 2, 3, 8, 64].map(workers), [1, 1, 2, 7, 63]);
    }
}
