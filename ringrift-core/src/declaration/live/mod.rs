//! What is known of daemons while they live: plain shared records that the supervisor writes, and
//! that contexts, handles and views read. Nothing is started here.

pub(crate) mod attribution;
pub(crate) mod conditions;
pub(crate) mod counters;
pub(crate) mod delivery;
pub(crate) mod drops;
#[cfg(feature = "testing")]
pub(crate) mod faults;
pub(crate) mod incarnation;
pub(crate) mod intent;
pub(crate) mod links;
pub(crate) mod provided;
pub(crate) mod record;
pub(crate) mod settings;
pub(crate) mod signals;
pub(crate) mod status;
mod stored_mail;
pub(crate) mod tasks;
pub(crate) mod world;
