//! The one path that every event takes: from an emit into the mailbox of each subscriber.

use std::sync::{
    Arc,
    atomic::{
        AtomicBool, AtomicU64,
        Ordering::{Relaxed, Release},
    },
};

use super::{
    account::AccountSnapshot,
    clock::Clock,
    dead_letters::{DeadLetters, DeadReason, Death},
    emit::{EmitError, HOP_LIMIT},
    journal::{Journal, Origin},
    mail::{Mail, Refusal},
    mailbox::Mailbox,
    waiting::{Blocked, Waiting},
};
use crate::words::event::{Erased, EventId, EventMeta};

/// For how many subscribers an event is cloned at once.
const AT_ONCE: usize = 8;

/// One subscriber of one type of event.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) mailbox: Arc<Mailbox>,
    daemon: u32,
    slot: u16,
}

#[derive(Debug, Default)]
struct Route {
    meta: Option<&'static EventMeta>,
    emitted: AtomicU64,
    hop_limited: AtomicU64,
    subscribers: Box<[Subscriber]>,
}

/// Who hears what in one runtime. Fixed before the first daemon starts.
#[derive(Debug)]
pub(crate) struct Router {
    routes: Box<[Route]>,
    pub(crate) mailboxes: Box<[Option<Arc<Mailbox>>]>,
    pub(crate) letters: Arc<DeadLetters>,
    pub(crate) clock: Arc<Clock>,
    /// The upper half of every event's id.
    prefix: u64,
    closed: AtomicBool,
    /// The way of durable events.
    pub(crate) journal: Option<Arc<Journal>>,
    /// Every event that was published, for tests.
    #[cfg(feature = "testing")]
    pub(crate) tap: Arc<super::tap::Tap>,
}

/// What is known of one type of event at run time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteCounts {
    pub(crate) meta: &'static EventMeta,
    pub(crate) emitted: u64,
    pub(crate) hop_limited: u64,
}

impl Router {
    /// A router over the mailboxes of all daemons, by their index, and the events they may emit.
    pub(crate) fn new(
        mailboxes: Box<[Option<Arc<Mailbox>>]>,
        events: &[&'static EventMeta],
        clock: Arc<Clock>,
        prefix: u64,
    ) -> Self {
        let handled = mailboxes.iter().flatten().flat_map(|mailbox| mailbox.slots.iter().map(|slot| slot.event));
        let mut by_index: Vec<(Option<&'static EventMeta>, Vec<Subscriber>)> = Vec::new();
        for meta in handled.chain(events.iter().copied()) {
            if by_index.len() <= meta.index() {
                by_index.resize_with(meta.index() + 1, Default::default);
            }
            by_index[meta.index()].0 = Some(meta);
        }
        for (daemon, mailbox) in mailboxes.iter().enumerate() {
            for (slot, handler) in mailbox.iter().flat_map(|mailbox| mailbox.slots.iter()).enumerate() {
                let mailbox = Arc::clone(mailbox.as_ref().expect("it has slots"));
                let subscriber = Subscriber { mailbox, daemon: daemon as u32, slot: slot as u16 };
                by_index[handler.event.index()].1.push(subscriber);
            }
        }
        let route =
            |(meta, subscribers): (_, Vec<_>)| Route { meta, subscribers: subscribers.into(), ..Route::default() };
        Self {
            routes: by_index.into_iter().map(route).collect(),
            mailboxes,
            letters: Arc::default(),
            clock,
            prefix,
            closed: AtomicBool::new(false),
            journal: None,
            #[cfg(feature = "testing")]
            tap: Arc::default(),
        }
    }

    /// Stores a durable event, and pushes it to every subscriber once it is on disk.
    pub(crate) async fn store(&self, event: Arc<Erased>, origin: Option<Arc<Origin>>) -> Result<(), EmitError> {
        let meta = event.meta;
        self.check(&event)?;
        let Some(journal) = &self.journal else {
            let cause = "no daemon of this runtime emits or handles it, so there is no store".to_owned();
            return Err(EmitError::StorageFailed { event: meta.name, cause });
        };
        Arc::clone(journal).emit(event, origin).await
    }

    /// Whether nothing can be stored now, which will pass by itself.
    pub(crate) fn is_held_up(&self) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.is_held_up())
    }

    /// Whether an event may be published at all.
    fn check(&self, event: &Erased) -> Result<(), EmitError> {
        if self.closed.load(Relaxed) {
            return Err(EmitError::Stopped { event: event.meta.name });
        }
        match self.routes.get(event.meta.index()) {
            Some(route) if event.hops >= HOP_LIMIT => Err(hop_limit(route, event.meta)),
            _ => Ok(()),
        }
    }

    /// A delivery was handled; of an event of the store it is done there too.
    #[inline]
    pub(crate) fn settled(&self, daemon: u32, slot: u16, event: &Erased) {
        if event.seq() != 0
            && let Some(journal) = &self.journal
        {
            journal.settle(daemon, slot, event.seq());
        }
    }

    /// Gives the event its id and pushes it to every subscriber: first to all with room, then the
    /// rest is waited for, together and once.
    #[inline]
    pub(crate) fn publish(&self, mut event: Arc<Erased>) -> Result<Option<Waiting<'_>>, EmitError> {
        let meta = event.meta;
        if self.closed.load(Relaxed) {
            return Err(EmitError::Stopped { event: meta.name });
        }
        let index = meta.index();
        // An event that this runtime has never heard of has no subscriber in it.
        let Some(route) = self.routes.get(index) else {
            return Ok(None);
        };
        if event.hops >= HOP_LIMIT {
            return Err(hop_limit(route, meta));
        }
        let number = route.emitted.fetch_add(1, Relaxed);
        let envelope = Arc::get_mut(&mut event).expect("an event is shared only after it has its id");
        envelope.id = EventId::new(self.prefix, (index as u64) << 48 | number);
        envelope.emitted = self.clock.stamp();
        #[cfg(feature = "testing")]
        self.tap.note(&event);
        let mut full = Vec::new();
        self.fan_out(&route.subscribers, event, &mut full);
        Ok((!full.is_empty()).then(|| Waiting::new(self, full)))
    }

    /// Cloned for several before the first of them has it: the count of an event that others let go of
    /// meanwhile is in their cache, and costs ten times as much.
    #[inline]
    fn fan_out<'a>(&'a self, subscribers: &'a [Subscriber], event: Arc<Erased>, full: &mut Vec<Blocked<'a>>) {
        let Some((last, rest)) = subscribers.split_last() else { return };
        for few in rest.chunks(AT_ONCE) {
            let clones: [_; AT_ONCE] = std::array::from_fn(|place| (place < few.len()).then(|| Arc::clone(&event)));
            for (subscriber, event) in few.iter().zip(clones.into_iter().flatten()) {
                self.deliver(subscriber, event, full);
            }
        }
        self.deliver(last, event, full);
    }

    #[inline]
    fn deliver<'a>(&'a self, to: &'a Subscriber, event: Arc<Erased>, full: &mut Vec<Blocked<'a>>) {
        let mail = Mail { event, slot: to.slot, attempt: 0, letter: None };
        if let Err((mail, refusal)) = to.mailbox.push(mail) {
            self.refused(to, mail, refusal, full);
        }
    }

    #[cold]
    fn refused<'a>(&'a self, to: &'a Subscriber, mail: Mail, refusal: Refusal, full: &mut Vec<Blocked<'a>>) {
        // A daemon that waited for its own mailbox would wait for itself.
        if refusal == Refusal::Full && mail.event.emitter != to.daemon {
            full.push(Blocked::new(to, mail));
        } else {
            self.refuse(to, mail, refusal);
        }
    }

    pub(super) fn refuse(&self, to: &Subscriber, mail: Mail, refusal: Refusal) {
        let (reason, error) = match refusal {
            Refusal::Full | Refusal::FullAndHeld => {
                (DeadReason::MailboxFull, format!("the mailbox is full with {} events", to.mailbox.capacity()))
            }
            Refusal::Ended => (DeadReason::Stopped, "the daemon has ended".to_owned()),
        };
        to.mailbox.owe_dead(to.slot);
        self.bury(to.daemon, mail, Death::new(reason, error), self.clock.moment());
    }

    /// From now on every emit fails.
    pub(crate) fn close(&self) {
        self.closed.store(true, Release);
    }

    /// Whether anybody hears this event here.
    pub(crate) fn has_subscribers(&self, meta: &'static EventMeta) -> bool {
        self.routes.get(meta.index()).is_some_and(|route| !route.subscribers.is_empty())
    }

    /// Every type of event of this runtime with its counters.
    pub(crate) fn routes(&self) -> impl Iterator<Item = RouteCounts> {
        self.routes.iter().filter_map(|route| {
            let meta = route.meta?;
            let hop_limited = route.hop_limited.load(Relaxed);
            Some(RouteCounts { meta, emitted: route.emitted.load(Relaxed) + self.stored(meta), hop_limited })
        })
    }

    /// How many durable events of a type were emitted.
    fn stored(&self, meta: &'static EventMeta) -> u64 {
        self.journal.as_ref().map_or(0, |journal| journal.emitted(meta))
    }

    /// The sum of all accounts.
    pub(crate) fn total(&self) -> AccountSnapshot {
        let slots = self.mailboxes.iter().flatten().flat_map(|mailbox| mailbox.slots.iter());
        slots.fold(AccountSnapshot::default(), |sum, slot| sum.plus(slot.account.snapshot()))
    }
}

#[cold]
fn hop_limit(route: &Route, meta: &'static EventMeta) -> EmitError {
    route.hop_limited.fetch_add(1, Relaxed);
    EmitError::HopLimit { event: meta.name }
}
