//! In the place of the journal, without the feature `store`: no event is durable, so there is none.

use std::sync::Arc;

use super::{
    dead_letters::{DeadLetters, Letter, LetterId, Room},
    emit::EmitError,
    mailbox::Mailbox,
};
use crate::words::{
    daemon_type::DaemonType,
    event::{Erased, EventMeta},
};

/// There is no value of it.
#[derive(Debug)]
pub(crate) enum Journal {}

/// There is no value of it.
#[derive(Debug)]
pub(crate) enum Origin {}

impl Origin {
    pub(crate) fn was_refused(&self) -> bool {
        match *self {}
    }

    pub(crate) fn was_interrupted(&self) -> bool {
        match *self {}
    }
}

impl Journal {
    pub(crate) async fn emit(self: Arc<Self>, _: Arc<Erased>, _: Option<Arc<Origin>>) -> Result<(), EmitError> {
        match *self {}
    }

    pub(crate) async fn load(
        &self,
        _: &Arc<DeadLetters>,
        _: (u32, &Arc<Mailbox>),
    ) -> Result<(), std::convert::Infallible> {
        match *self {}
    }

    pub(crate) fn settle(&self, _: u32, _: u16, _: u64) {
        match *self {}
    }

    pub(crate) fn has_room_for_letters(&self) -> bool {
        match *self {}
    }

    pub(crate) fn write_letter(&self, _: LetterId, _: &Letter, _: bool) {
        match *self {}
    }

    pub(crate) async fn waiting_letters(
        &self,
        _: Room,
    ) -> Result<Vec<(Option<LetterId>, Letter)>, std::convert::Infallible> {
        match *self {}
    }

    pub(crate) fn readdress(&self, _: LetterId, _: &Letter, _: &Letter) {
        match *self {}
    }

    pub(crate) fn drop_letter(&self, _: &Letter, _: bool) {
        match *self {}
    }

    pub(crate) fn begin_anew(&self, _: &Letter) {
        match *self {}
    }

    pub(crate) async fn disable(&self, _: DaemonType, _: bool) -> Result<(), std::convert::Infallible> {
        match *self {}
    }

    pub(crate) async fn room(&self) {
        match *self {}
    }

    pub(crate) fn note(&self, _: &str, _: String, _: String) {
        match *self {}
    }

    pub(crate) async fn close(&self) {
        match *self {}
    }

    pub(crate) fn file(&self) -> &std::path::Path {
        match *self {}
    }

    pub(crate) fn damage(&self) -> &[String] {
        match *self {}
    }

    pub(crate) fn trouble(&self) -> Option<String> {
        match *self {}
    }

    pub(crate) fn is_held_up(&self) -> bool {
        match *self {}
    }

    pub(crate) fn origin(&self, _: u32, _: u16, _: &Mailbox, _: &Erased) -> Arc<Origin> {
        match *self {}
    }

    pub(crate) async fn prune(&self) -> Result<u64, std::convert::Infallible> {
        match *self {}
    }

    pub(crate) fn pruned(&self, _: &EventMeta) -> u64 {
        match *self {}
    }

    pub(crate) fn emitted(&self, _: &EventMeta) -> u64 {
        match *self {}
    }
}
