use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    delivery::{mail::Refusal, slot::Slot},
    words::{
        event::{Envelope, Event as _},
        options::Overflow,
    },
};

/// A number.
#[ringrift_macros::event("STORED_NUMBER", external)]
#[derive(Debug, Serialize, Deserialize)]
struct Number(u64);

/// A mailbox of eight that reads, and is owed so many from the first event on.
fn mailbox(waiting: u64) -> Mailbox {
    let slots = [Slot::new("on_number", Number::meta(), Duration::from_secs(30), None, None)];
    let mailbox = Mailbox::new(slots.into(), 8, Overflow::Block, 1);
    mailbox.recall(0, waiting, 1);
    mailbox.set_gate(Gate::Open);
    mailbox
}

fn mail(seq: u64) -> Mail {
    let mut event = Envelope::from_outside(Number(seq));
    Arc::get_mut(&mut event).expect("it is new").rare().seq = seq;
    Mail { event, slot: 0, attempt: 0, letter: None }
}

/// The first page of twenty.
fn page() -> Loaded {
    Loaded { from: 1, mail: (1..=8).map(mail).collect(), unreadable: Vec::new(), next: Some(9) }
}

fn in_line(mailbox: &Mailbox) -> Vec<u64> {
    mailbox.take_now().iter().map(|mail| mail.event.seq()).collect()
}

#[test]
fn a_page_that_was_read_twice_is_put_in_line_once() {
    let mailbox = mailbox(20);
    assert!(mailbox.load(page()));
    assert!(mailbox.load(page()));
    assert_eq!((mailbox.in_store(), in_line(&mailbox)), (12, (1..=8).collect()));
}

#[test]
fn a_page_does_not_go_before_what_has_come_back_to_the_store_since_it_was_read() {
    let mailbox = mailbox(20);
    mailbox.load(page());
    let second = Loaded { from: 9, mail: vec![mail(9)], unreadable: Vec::new(), next: Some(10) };
    mailbox.return_stored();
    mailbox.load(second);
    assert_eq!(mailbox.in_store(), 20);
    assert_eq!(mailbox.wanted(), Some(Wanted { from: 1, room: 8 }));
}

#[test]
fn what_is_put_back_waits_in_the_store_with_all_that_comes_after_it_there() {
    let mailbox = mailbox(20);
    mailbox.load(page());
    let mut batch = mailbox.take_now();
    mailbox.push(mail(0)).expect_err("it is full");
    (0..3).for_each(|_| mailbox.settle());
    mailbox.push(mail(0)).expect("there is room");
    batch.drain(..3);
    let first = batch.pop_front().expect("the fourth");
    mailbox.settle();
    mailbox.put_back(&first, &mut batch, [].iter(), 1000);
    assert_eq!((mailbox.in_store(), batch.len(), mailbox.unsettled()), (12 + 5, 0, 1));
    assert_eq!(mailbox.wanted().map(|wanted| wanted.from), Some(4));
    assert_eq!(mailbox.rests_until_ms(), Some(1000));
    mailbox.load(Loaded { from: 4, mail: vec![mail(4)], unreadable: Vec::new(), next: Some(5) });
    assert_eq!((mailbox.in_store(), in_line(&mailbox)), (16, vec![0, 4]));
    assert_eq!(mailbox.rests_until_ms(), None);
}

/// The second of a page is put back while the first and the third are in hand.
fn put_back_beside_others() -> (Mailbox, VecDeque<Mail>) {
    let mailbox = mailbox(20);
    mailbox.load(page());
    let mut batch = mailbox.take_now();
    let mut in_hand: VecDeque<Mail> = batch.drain(..3).collect();
    let second = in_hand.remove(1).expect("it is there");
    mailbox.settle();
    mailbox.put_back(&second, &mut batch, in_hand.iter(), 1000);
    assert_eq!((batch.len(), mailbox.unsettled(), mailbox.in_store()), (0, 2, 18));
    (mailbox, in_hand)
}

#[test]
fn what_is_put_back_while_others_are_in_hand_keeps_them_from_coming_twice() {
    let (mailbox, in_hand) = put_back_beside_others();
    // The daemon restarts: what was in hand comes back, and only the first is before all that waits in the store.
    mailbox.give_back(in_hand);
    assert_eq!((mailbox.unsettled(), mailbox.in_store()), (1, 19));
    assert_eq!(mailbox.wanted().map(|wanted| wanted.from), Some(2));
    assert_eq!(in_line(&mailbox), [1]);
    mailbox.load(Loaded { from: 2, mail: vec![mail(2), mail(3)], unreadable: Vec::new(), next: Some(4) });
    assert_eq!((mailbox.in_store(), in_line(&mailbox)), (17, vec![2, 3]));
}

#[test]
fn what_is_in_hand_is_not_loaded_beside_what_was_put_back() {
    let (mailbox, in_hand) = put_back_beside_others();
    assert_eq!(mailbox.wanted(), Some(Wanted { from: 2, room: 1 }), "one is tried first");
    mailbox.load(Loaded { from: 2, mail: vec![mail(2)], unreadable: Vec::new(), next: Some(3) });
    mailbox.load(Loaded { from: 3, mail: vec![mail(3), mail(4)], unreadable: Vec::new(), next: Some(5) });
    assert_eq!((mailbox.in_store(), in_line(&mailbox)), (16, vec![2, 4]));
    drop(in_hand);
}

#[test]
fn what_is_put_back_beside_another_comes_again() {
    let (mailbox, mut in_hand) = put_back_beside_others();
    let third = in_hand.remove(1).expect("it is there");
    mailbox.settle();
    mailbox.put_back(&third, &mut VecDeque::new(), in_hand.iter(), 1000);
    mailbox.load(Loaded { from: 2, mail: vec![mail(2), mail(3)], unreadable: Vec::new(), next: Some(4) });
    assert_eq!((mailbox.in_store(), in_line(&mailbox)), (17, vec![2, 3]));
}

#[test]
fn what_is_in_hand_beside_several_that_are_put_back_is_known_once() {
    let (mailbox, in_hand) = put_back_beside_others();
    mailbox.load(Loaded { from: 2, mail: vec![mail(2)], unreadable: Vec::new(), next: Some(3) });
    let second = mailbox.take_now().pop_front().expect("it is there");
    mailbox.settle();
    mailbox.put_back(&second, &mut VecDeque::new(), in_hand.iter(), 2000);
    let known = mailbox.queue().backlog.as_ref().map(|backlog| backlog.in_memory.clone());
    assert_eq!(known, Some(vec![(3, 0), (1, 0)]));
}

#[test]
fn what_waits_for_a_paused_handler_keeps_its_order_when_another_is_put_back() {
    let mailbox = mailbox(20);
    mailbox.load(Loaded { from: 1, mail: (1..=3).map(mail).collect(), unreadable: Vec::new(), next: Some(4) });
    mailbox.push(mail(0)).expect("there is room");
    let mut batch = mailbox.take_now();
    let first = batch.pop_front().expect("the first");
    mailbox.breakers.failed(0, 0, 1, "broken").expect("one is too many");
    mailbox.breakers.sort(&mut batch);
    assert_eq!((mailbox.breakers.held(0), batch.len()), (3, 0));
    mailbox.settle();
    mailbox.put_back(&first, &mut batch, [].iter(), 1000);
    assert_eq!(
        (mailbox.breakers.held(0), in_line(&mailbox).len()),
        (1, 0),
        "what is only in memory stays where it was"
    );
    assert_eq!((mailbox.in_store(), mailbox.unsettled()), (20, 1));
}

#[test]
fn a_quarter_of_the_mailbox_is_left_to_what_waits_in_the_store() {
    let mailbox = mailbox(20);
    let pushed = (0..8).take_while(|_| mailbox.push(mail(0)).is_ok()).count();
    assert_eq!(pushed, 6);
    assert!(matches!(mailbox.push(mail(0)), Err((_, Refusal::Full))));
    assert_eq!(mailbox.wanted(), Some(Wanted { from: 1, room: 2 }));
}

#[test]
fn less_than_a_quarter_is_not_worth_a_look_into_the_store_while_there_is_other_mail() {
    let mailbox = mailbox(20);
    mailbox.load(Loaded { from: 1, mail: (1..=7).map(mail).collect(), unreadable: Vec::new(), next: Some(8) });
    assert_eq!(mailbox.wanted(), None);
    mailbox.take_now();
    assert_eq!(mailbox.wanted(), Some(Wanted { from: 8, room: 1 }));
}
