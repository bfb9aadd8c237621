//! The retries of dead letters: only a running daemon with room takes one.

use super::{Gate, Mail, Mailbox, Queue, Refusal};

impl Mailbox {
    /// Why a retry would not be taken now.
    pub(crate) fn retry_refusal(&self) -> Option<Refusal> {
        self.refuses_retry(&mut self.queue())
    }

    fn refuses_retry(&self, queue: &mut Queue) -> Option<Refusal> {
        if queue.gate != Gate::Open {
            return Some(Refusal::Ended);
        }
        self.is_full(queue).then_some(Refusal::Full)
    }

    /// Puts the retry of a dead letter in line.
    pub(crate) fn push_retry(&self, mail: Mail) -> Result<(), Refusal> {
        let waker = {
            let mut queue = self.queue();
            if let Some(refusal) = self.refuses_retry(&mut queue) {
                return Err(refusal);
            }
            queue.pushed += 1;
            queue.mail.push_back(mail);
            queue.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }
}
