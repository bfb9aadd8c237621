use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::store::{
    audit::{self, Entry},
    deliveries::{self, DeliveryState},
    disabled,
    effects::{self, Effect},
    events::{StoredEvent, append},
    handlers::{self, Declared},
    letter_rows::{self, StoredLetter},
    open::{FILE, Opening},
    retention::{self, Kept},
    states,
};

const READER: Declared<'static> =
    Declared { daemon: "reader", handler: "on_it", event: "IT", aliases: &[], is_durable: true, from_oldest: false };
const KEPT: Kept = Kept { event: "IT", aliases: &[], age: Some(Duration::ZERO), bytes: None };

/// A store with one event, which is a dead letter of that state; closed, and changed as damage does.
fn damaged(state: DeliveryState, damage: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fill = |connection: &Connection| {
        let (handler, _) = handlers::register(connection, &READER, 0)?;
        let (id, event, payload) = ([1; 16], "IT".to_owned(), "5".to_owned());
        let event =
            StoredEvent { id, event, payload, hops: 0, emitter: None, emitted: 0, cause: None, replay_of: None };
        let (seq, _) = append(connection, &event)?;
        let letter = r#"{"number":4,"reason":"panic","error_chain":["x"],"failed":7}"#;
        deliveries::put(connection, (handler, seq), state, Some(letter), 0)
    };
    Opening::open(folder.path()).and_then(|mut opening| opening.prepare(fill)).expect("filled");
    let connection = Connection::open(folder.path().join(FILE)).expect("the store");
    connection.execute_batch(damage).expect("damaged");
    folder
}

/// The damage that was told, and the letters.
fn read(folder: &TempDir) -> (Vec<String>, Vec<StoredLetter>) {
    let mut opening = Opening::open(folder.path()).expect("it is not refused");
    let letters = opening.prepare(|connection| letter_rows::first(connection, 100)).expect("the letters");
    (opening.damage().to_vec(), letters)
}

#[test]
fn a_damaged_letter_is_for_a_person_and_told_whatever_its_state_says() {
    let states = [-126, -1, 0, 1, 2, 3, 4, 5, 300, i64::MAX];
    let states = states.into_iter().filter(|state| *state != DeliveryState::Exhausted as i64);
    let damages = states
        .map(|state| format!("UPDATE deliveries SET state = {state}"))
        .chain(["UPDATE deliveries SET letter = CAST(x'ff' AS TEXT)".to_owned()])
        .chain(["UPDATE deliveries SET checksum = -checksum".to_owned()]);
    for damage in damages {
        let folder = damaged(DeliveryState::Exhausted, &damage);
        let (told, letters) = read(&folder);
        assert_eq!(told, ["dead letters that can't be read, and are for a person now: 1 set aside"], "{damage}");
        let [letter] = &letters[..] else { panic!("{damage}: {letters:?}") };
        assert_eq!(letter.state, DeliveryState::Exhausted, "{damage}");
        assert!(letter.event.is_ok() && letter.letter.is_ok(), "{damage}: {letter:?}");
        let (told, letters) = read(&folder);
        assert_eq!((told.len(), letters.len()), (0, 1), "{damage}: told once");
    }
}

#[test]
fn the_event_of_a_damaged_letter_that_claims_to_be_settled_is_kept() {
    let folder = damaged(DeliveryState::Exhausted, "UPDATE deliveries SET state = 1");
    let mut opening = Opening::open(folder.path()).expect("it is not refused");
    let overdue = opening.prepare(|connection| retention::overdue(connection, &KEPT, i64::MAX, 9)).expect("read");
    assert_eq!(overdue, [0; 0]);
    let live = opening.prepare(letter_rows::live).expect("read");
    assert_eq!(live, [(1, 1)]);
}

#[test]
fn a_damaged_letter_is_set_aside_as_it_was_and_has_a_number_of_its_own() {
    let folder = damaged(DeliveryState::Dead, "UPDATE deliveries SET letter = replace(letter, '4', '4294967295')");
    let (_, letters) = read(&folder);
    let letter = letters[0].letter.as_ref().expect("it can be read");
    assert!(letter.contains(r#""number":1"#), "{letter}");
    let store = Connection::open(folder.path().join(FILE)).expect("the store");
    let aside = "SELECT content FROM quarantine WHERE place = 'letter of event 1 and handler 1'";
    let aside: String = store.query_row(aside, [], |row| row.get(0)).expect("it is set aside");
    assert!(aside.contains("state: Integer(2)") && aside.contains("4294967295"), "{aside}");
}

/// The event of [`damaged`], and its only handler.
const DELIVERY: (i64, i64) = (1, 1);

/// A store with a delivery that is owed, which has made two effects and begun a third; and changed as damage does.
fn damaged_effects(damage: &str) -> Opening {
    let folder = damaged(DeliveryState::Pending, "DELETE FROM deliveries");
    let mut opening = Opening::open(folder.path()).expect("a store");
    let fill = |connection: &Connection| {
        deliveries::put(connection, DELIVERY, DeliveryState::Pending, None, 0)?;
        for name in ["pay", "post", "print"] {
            effects::begin(connection, DELIVERY, name)?;
        }
        effects::done(connection, DELIVERY, "pay", "15")?;
        effects::done(connection, DELIVERY, "post", "16")
    };
    opening.prepare(fill).expect("filled");
    opening.prepare(|connection| connection.execute_batch(damage)).expect("damaged");
    drop(opening);
    Opening::open(folder.path()).expect("it is not refused")
}

#[test]
fn what_became_of_a_damaged_delivery_nobody_knows_and_it_is_repeated() {
    for damage in ["state = 1", "state = 4", "checksum = checksum + 1", "handler = 2", "event = 129"] {
        let mut opening = damaged_effects(&format!("UPDATE deliveries SET {damage}"));
        let told = ["deliveries that can't be read, and are repeated but for their effects: 1 set aside"];
        assert_eq!(opening.damage(), told, "{damage}");
        let owed = |connection: &Connection| {
            let (handler, _) = handlers::register(connection, &READER, 0)?;
            deliveries::pending_places(connection, handler)
        };
        assert!(opening.prepare(owed).expect("read").contains(&1), "{damage}: it is owed by whom it was");
        assert_eq!(begun(&mut opening, "pay"), Effect::Done("15".to_owned()), "{damage}");
        assert_eq!(begun(&mut opening, "another"), Effect::Begun, "{damage}: it may have been made before");
    }
}

#[test]
fn a_damaged_delivery_is_set_aside_and_leaves_the_others_and_their_effects_alone() {
    for (damage, of) in [("state = 1", 1), ("handler = 99", 99)] {
        let mut opening = damaged_effects(&format!(
            "INSERT INTO events SELECT 2, x'02020202020202020202020202020202', event, payload, hops, emitter, emitted,
                 cause_event, cause_handler, replay_of, checksum FROM events;
             UPDATE deliveries SET {damage}"
        ));
        let set_aside = |connection: &Connection| {
            let aside = "SELECT place FROM quarantine WHERE content LIKE '%handler: Integer%'";
            let aside: String = connection.query_row(aside, [], |row| row.get(0))?;
            let of_nobody = "SELECT COUNT(*) FROM deliveries WHERE handler = 99";
            let of_nobody: u32 = connection.query_row(of_nobody, [], |row| row.get(0))?;
            let other = effects::begin(connection, (1, 2), "pay")?;
            Ok((aside, of_nobody, other))
        };
        let found = opening.prepare(set_aside).expect("read");
        assert_eq!(found, (format!("delivery of event 1 and handler {of}"), 0, Effect::New), "{damage}");
    }
}

fn begun(opening: &mut Opening, name: &str) -> Effect {
    opening.prepare(|connection| effects::begin(connection, DELIVERY, name)).expect("read")
}

#[test]
fn a_delivery_with_a_damaged_effect_is_interrupted_and_makes_none_again() {
    for damage in [
        "SET value = '17'",
        "SET value = NULL",
        "SET value = CAST(x'ff' AS TEXT)",
        "SET name = 'pax'",
        "SET name = CAST(x'ff' AS TEXT)",
        "SET handler = 2",
        "SET event = 129",
        "SET checksum = checksum + 1",
    ] {
        let mut opening = damaged_effects(&format!("UPDATE effects {damage} WHERE name = 'pay'"));
        let told = ["effects of `once` that can't be read: their deliveries are left to a person: 1 set aside"];
        assert_eq!(opening.damage(), told, "{damage}");
        assert_eq!(begun(&mut opening, "pay"), Effect::Begun, "{damage}");
        assert_eq!(begun(&mut opening, "another"), Effect::Begun, "{damage}: its name may be that of the damaged");
        assert_eq!(begun(&mut opening, "post"), Effect::Done("16".to_owned()), "{damage}");
    }
}

#[test]
fn a_person_settles_an_effect_that_damage_took_or_lets_it_begin_anew() {
    let mut opening = damaged_effects("UPDATE effects SET value = '17' WHERE name = 'pay'");
    let settled = opening.prepare(|connection| effects::settle(connection, DELIVERY, "pay", "15")).expect("written");
    assert_eq!(settled, Ok(()));
    assert_eq!(begun(&mut opening, "pay"), Effect::Done("15".to_owned()));
    opening.prepare(|connection| effects::begin_anew(connection, DELIVERY)).expect("written");
    assert_eq!(begun(&mut opening, "another"), Effect::New);
    assert_eq!(begun(&mut opening, "pay"), Effect::Done("15".to_owned()));
}

#[test]
fn a_damaged_effect_of_nobody_knows_whom_is_one_of_every_delivery_that_is_owed() {
    let damage = "UPDATE effects SET event = 9, value = '17' WHERE name = 'pay'";
    assert_eq!(begun(&mut damaged_effects(damage), "pay"), Effect::Begun);
}

#[test]
fn a_damaged_name_of_a_disabled_daemon_is_told_and_set_aside() {
    for damage in ["'sleepes'", "CAST(x'ff' AS TEXT)"] {
        let folder = damaged(DeliveryState::Done, "");
        let add = |connection: &Connection| {
            disabled::add(connection, "other", 0)?;
            disabled::add(connection, "sleeper", 0)
        };
        Opening::open(folder.path()).and_then(|mut opening| opening.prepare(add)).expect("written");
        let connection = Connection::open(folder.path().join(FILE)).expect("the store");
        let rename = format!("UPDATE disabled SET daemon = {damage} WHERE daemon = 'sleeper'");
        connection.execute_batch(&rename).expect("damaged");
        drop(connection);
        let of_folder = disabled::of_folder(folder.path()).expect("read");
        assert_eq!(Vec::from_iter(of_folder), ["other"], "as long as nobody opens it");
        let mut opening = Opening::open(folder.path()).expect("it is not refused");
        assert!(opening.damage()[0].starts_with("which daemon an operator disabled can't be read: it says"));
        assert_eq!(Vec::from_iter(opening.prepare(disabled::all).expect("read")), ["other"]);
        drop(opening);
        assert_eq!(read(&folder).0, [""; 0], "told once");
    }
}

#[test]
fn a_damaged_state_is_told_once_and_by_its_name_whichever_part_of_it_is_damaged() {
    for (damage, name) in
        [("name = 'stats'", "stats"), ("value = '7'", "state"), ("value = CAST(x'ff' AS TEXT)", "state")]
    {
        let folder = damaged(DeliveryState::Done, "");
        let save = |connection: &Connection| states::save(connection, ("reader", "state"), "6", 0);
        Opening::open(folder.path()).and_then(|mut opening| opening.prepare(save)).expect("written");
        let connection = Connection::open(folder.path().join(FILE)).expect("the store");
        connection.execute_batch(&format!("UPDATE states SET {damage}")).expect("damaged");
        drop(connection);
        assert_eq!(read(&folder).0, [format!("the state `{name}` of `reader` can't be read: it is set aside")]);
        assert_eq!(read(&folder).0, [""; 0]);
        let mut opening = Opening::open(folder.path()).expect("a store");
        let loaded = opening.prepare(|connection| states::load(connection, "reader", name)).expect("read");
        assert!(loaded.is_some_and(|state| state.is_err()), "{damage}");
    }
}

#[test]
fn a_damaged_note_of_what_an_operator_did_is_told_and_left_out() {
    for damage in ["subject = 'b'", "outcome = CAST(x'ff' AS TEXT)"] {
        let folder = damaged(DeliveryState::Done, "");
        let note = |connection: &Connection| {
            ["a", "c"].into_iter().try_for_each(|subject| {
                let subject = subject.to_owned();
                audit::append(
                    connection,
                    &Entry { at: 1, action: "stop".to_owned(), subject, outcome: "done".to_owned() },
                )
            })
        };
        Opening::open(folder.path()).and_then(|mut opening| opening.prepare(note)).expect("written");
        let connection = Connection::open(folder.path().join(FILE)).expect("the store");
        connection.execute_batch(&format!("UPDATE audit SET {damage} WHERE subject = 'a'")).expect("damaged");
        assert_eq!(audit::newest(&connection, 9).expect("read").len(), 1);
        drop(connection);
        assert_eq!(read(&folder).0, ["notes of what operators did that can't be read: 1 set aside"]);
        assert_eq!(read(&folder).0, [""; 0]);
    }
}

#[test]
fn what_damage_left_in_the_place_of_a_new_delivery_is_not_in_its_way() {
    let folder = damaged(DeliveryState::Done, "UPDATE deliveries SET event = 2, letter = NULL");
    let mut opening = Opening::open(folder.path()).expect("a store");
    opening.prepare(|connection| deliveries::owe(connection, 1, 2, 0)).expect("it is owed");
    assert_eq!(opening.prepare(|connection| deliveries::pending_places(connection, 1)).expect("read"), [2]);
}
