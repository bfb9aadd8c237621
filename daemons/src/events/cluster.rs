//! How the machines are.

use ringrift_core::event;
use serde::{Deserialize, Serialize};

/// A machine is short of something, or of something else than before.
#[event("CLUSTER_HEALTH_DEGRADED")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterHealthDegraded {
    /// The share of the machines that are well.
    pub health_ratio: f64,
    /// How many are well.
    pub active_nodes: u32,
    /// How many there are.
    pub total_nodes: u32,
    /// What is wrong, for a person.
    pub reason: String,
}

/// All machines are well.
#[event("P2P_CLUSTER_HEALTHY")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterHealthy {
    /// How many are well.
    pub healthy_nodes: u32,
    /// How many there are.
    pub node_count: u32,
}
