//! A text as the error, and `?` of other errors in the body.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};

#[event("PING", external)]
#[derive(Serialize, Deserialize)]
struct Ping;

#[event("PONG", external)]
#[derive(Serialize, Deserialize)]
struct Pong;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING")]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> Result<(), String> {
        std::fs::read("games")?;
        "1".parse::<u8>().map_err(|error| error.to_string())?;
        std::fs::read("results")?;
        Ok(())
    }

    #[on_event("PONG")]
    async fn on_pong(&self, _event: &Pong, _cx: &Context<Self>) -> Result<(), &'static str> {
        std::fs::read("games")?;
        Err("nothing was read")?
    }
}

fn main() {}
