//! What a mailbox gives out when nobody will read it, and gives back while nobody writes to it.

use std::collections::VecDeque;

use super::{Breakers, Gate, Mail, Mailbox, Queue};

impl Mailbox {
    /// All that waits at the end of the runtime. What an emit under way brings from now on is refused,
    /// where anything was owed at all: nobody would count it.
    pub(crate) fn close(&self) -> VecDeque<Mail> {
        let mut queue = self.queue();
        if queue.gate != Gate::Absent {
            queue.gate = Gate::Refusing;
        }
        let mail = all(&self.breakers, &mut queue);
        queue.pushed -= mail.len() as u64;
        drop(queue);
        self.wake_waiting();
        mail
    }

    /// Gives the memory of an idle mailbox back.
    pub(crate) fn shrink_if_idle(&self) {
        let mut queue = self.queue();
        queue.spare = VecDeque::new();
        if queue.mail.is_empty() {
            queue.mail = VecDeque::new();
        }
    }
}

pub(super) fn all(breakers: &Breakers, queue: &mut Queue) -> VecDeque<Mail> {
    let mut mail = breakers.take_all();
    mail.append(&mut queue.mail);
    mail
}
