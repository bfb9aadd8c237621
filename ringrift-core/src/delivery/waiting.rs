//! The one wait of an emit for all the full mailboxes it met.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{sync::futures::Notified, time::Sleep};

use super::{
    emit::EmitError,
    mail::{Mail, Refusal},
    mailbox::Mailbox,
    router::{Router, Subscriber},
};
use crate::words::options::BLOCK_LIMIT;

/// A delivery that waits for room.
pub(super) struct Blocked<'a> {
    to: &'a Subscriber,
    /// `None` once it is settled.
    mail: Option<Mail>,
    room: Option<Pin<Box<Notified<'a>>>>,
}

/// The deliveries of one emit that wait for room, all under one limit.
pub(crate) struct Waiting<'a> {
    router: &'a Router,
    blocked: Vec<Blocked<'a>>,
    /// Begun at the first poll: what is dropped at once needs no timer, and may have no runtime.
    limit: Option<Pin<Box<Sleep>>>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(router: &'a Router, blocked: Vec<Blocked<'a>>) -> Self {
        Self { router, blocked, limit: None }
    }

    fn give_up(&mut self) {
        for blocked in &mut self.blocked {
            if let Some(mail) = blocked.mail.take() {
                self.router.refuse(blocked.to, mail, Refusal::Full);
            }
        }
    }
}

impl<'a> Blocked<'a> {
    pub(super) fn new(to: &'a Subscriber, mail: Mail) -> Self {
        Self { to, mail: Some(mail), room: None }
    }

    /// Whether it is settled: pushed, or refused for another reason than being full.
    fn poll(&mut self, router: &Router, cx: &mut Context<'_>) -> bool {
        let mailbox: &'a Mailbox = &self.to.mailbox;
        loop {
            let Some(mail) = self.mail.take() else {
                return true;
            };
            let room = self.room.get_or_insert_with(|| Box::pin(mailbox.room()));
            // Registered before the push, so that room made in between is not missed.
            let made = room.as_mut().poll(cx).is_ready();
            match mailbox.push(mail) {
                Ok(()) => return true,
                Err((mail, Refusal::Full)) => self.mail = Some(mail),
                Err((mail, refusal)) => {
                    router.refuse(self.to, mail, refusal);
                    return true;
                }
            }
            if !made {
                return false;
            }
            self.room = None;
        }
    }
}

impl Future for Waiting<'_> {
    type Output = Result<(), EmitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        this.blocked.retain_mut(|blocked| !blocked.poll(this.router, cx));
        if this.blocked.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let limit = this.limit.get_or_insert_with(|| Box::pin(tokio::time::sleep(BLOCK_LIMIT)));
        if limit.as_mut().poll(cx).is_ready() {
            this.give_up();
            return Poll::Ready(Ok(()));
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.give_up();
    }
}
