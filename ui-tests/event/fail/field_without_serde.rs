//! Fields whose types serde knows nothing of, or only half.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

struct Game;

#[derive(Serialize)]
struct Score;

#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping {
    id: u32,
    game: Game,
}

#[event("PONG")]
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Pong {
    Won {
        #[serde(default)]
        scores: Vec<Score>,
    },
    Lost,
}

#[daemon(category = "misc", emits = [Ping])]
struct Alpha;
impl Daemon for Alpha {
    async fn run_cycle(&self, cx: &Context<Self>) -> DaemonResult {
        cx.emit(Ping { id: 1, game: Game }).await?;
        Ok(())
    }
}

#[handlers]
impl Alpha {
    #[on_event("PONG")]
    async fn on_pong(&self, _event: &Pong, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
