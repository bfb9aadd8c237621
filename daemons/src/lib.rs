//! The stock daemons, and what the `ringrift` binary makes of them.
//!
//! Together they do one real job, the first half of RingRift's loop: play games, take them in, judge
//! them, and look after the machine that does it.
//!
//! | daemon | does | tells |
//! |---|---|---|
//! | [`pipeline::selfplay_coordinator`] | plays games of the config with the least data | `SELFPLAY_COMPLETE` |
//! | [`pipeline::data_pipeline`] | stores the games of the inbox, each once | `NEW_GAMES_AVAILABLE` |
//! | [`health::quality_monitor`] | scores what is stored | `QUALITY_SCORE_UPDATED`, `LOW_QUALITY_DATA_WARNING`, .. |
//! | [`health::cluster_monitor`] | watches load, memory and disk | `CLUSTER_HEALTH_DEGRADED`, `P2P_CLUSTER_HEALTHY` |
//!
//! A daemon is one file in the folder of its category, which is picked up by being there. Daemons
//! decide *when*; [`workload`] knows *how*, and knows no daemon. [`events`] holds the events that
//! several daemons share. All of them work in one [`data_folder::DataFolder`].

pub mod data_folder;
pub mod workload;

mod kept;

#[cfg(test)]
mod site;

/// The events that have no single owner, with the payload keys of RingRift.
pub mod events {
    automod::dir!(pub "src/events");
}

/// Daemons that make and move data.
pub mod pipeline {
    automod::dir!(pub "src/pipeline");
}

/// Daemons that watch.
pub mod health {
    automod::dir!(pub "src/health");
}
