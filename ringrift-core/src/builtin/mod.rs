//! The daemons and events that are in every runtime.

pub mod dlq_retry;
pub mod event_router;
pub mod events;
