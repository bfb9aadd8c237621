//! Every option of `#[event]`, on every kind of type.
use ringrift_core::{Event, event};
use serde::{Deserialize, Serialize};

/// Comes from a webhook.
/// And has a second line.
#[event("GAME_UPLOADED", external, aliases = ["upload", "GAME_UPLOAD"], dedup_key = ["game", "player"])]
#[derive(Serialize, Deserialize)]
struct GameUploaded {
    game: String,
    player: String,
    at: u64,
}

#[event("PHASE_CHANGED", external = false)]
#[derive(Serialize, Deserialize)]
enum PhaseChanged {
    Started,
    Ended { after: u32 },
}

#[derive(Serialize, Deserialize)]
#[event("COUNTED", durable, retention = "30d", retention_size = "64MB")]
struct Counted(u32);

fn main() {
    let meta = GameUploaded::meta();
    assert_eq!(meta.name, "GAME_UPLOADED");
    assert_eq!(meta.description, "Comes from a webhook.");
    assert_eq!(meta.aliases, ["upload", "GAME_UPLOAD"]);
    assert_eq!(meta.dedup_key, ["game", "player"]);
    assert!(meta.external && !PhaseChanged::meta().external);
    assert!(meta.file.ends_with("every_option.rs") && meta.line == 7);
    assert_eq!(ringrift_core::Registry::collected().event("upload").map(|meta| meta.name), Some("GAME_UPLOADED"));
    assert_eq!(Counted::meta().retention.age, Some(std::time::Duration::from_secs(30 * 24 * 3600)));
    assert_eq!(Counted::meta().retention.bytes, Some(64_000_000));
    assert_eq!(PhaseChanged::meta().retention, ringrift_core::Retention::DEFAULT);
    assert!(Counted::meta().durable && !PhaseChanged::meta().durable);
    let _ = (PhaseChanged::Started, PhaseChanged::Ended { after: 1 }, Counted(1));
    let _ = |event: GameUploaded| (event.game, event.player, event.at);
}
