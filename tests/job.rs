//! The whole job: games are played, taken in, judged, and none is lost or doubled.

mod kills;
mod recorded;
mod selfplay;
mod site;
