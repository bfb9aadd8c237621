//! Limits that are none.
use ringrift_core::prelude::*;
use serde::{Deserialize, Serialize};
#[event("PING")]
#[derive(Serialize, Deserialize)]
struct Ping;
#[event("PONG")]
#[derive(Serialize, Deserialize)]
struct Pong;
#[event("PUNG")]
#[derive(Serialize, Deserialize)]
struct Pung;
#[event("PENG")]
#[derive(Serialize, Deserialize)]
struct Peng;

#[daemon(category = "misc")]
struct Alpha;
impl Daemon for Alpha {}

#[handlers]
impl Alpha {
    #[on_event("PING", breaker = 0)]
    async fn on_ping(&self, _event: &Ping, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("PONG", breaker = 10_001)]
    async fn on_pong(&self, _event: &Pong, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("PUNG", breaker = "never")]
    async fn on_pung(&self, _event: &Pung, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }

    #[on_event("PENG", breaker)]
    async fn on_peng(&self, _event: &Peng, _cx: &Context<Self>) -> DaemonResult {
        Ok(())
    }
}

fn main() {}
