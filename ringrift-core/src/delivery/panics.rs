//! Where a panic happened. Std tells only the hook, so ours takes a note for whoever catches it.

use std::{
    cell::RefCell,
    panic::{PanicHookInfo, set_hook, take_hook},
    sync::Once,
};

/// The newest panic of a thread.
struct Note {
    message: Option<String>,
    place: String,
}

thread_local! {
    static NEWEST: RefCell<Option<Note>> = const { RefCell::new(None) };
}

static INSTALLED: Once = Once::new();

/// Installs the hook, once in a process; the one that is there goes on working.
pub(crate) fn install_hook() {
    INSTALLED.call_once(chain_hook);
}

fn chain_hook() {
    let previous = take_hook();
    set_hook(Box::new(move |info| {
        note(info);
        previous(info);
    }));
}

fn note(info: &PanicHookInfo<'_>) {
    let Some(location) = info.location() else { return };
    let place = format!("{}:{}:{}", location.file(), location.line(), location.column());
    let note = Note { message: info.payload_as_str().map(str::to_owned), place };
    // A thread that ends takes no notes any more.
    _ = NEWEST.try_with(|newest| newest.replace(Some(note)));
}

/// Where the panic happened that was caught on this thread just now, as `file:line:column`. What was
/// thrown by `resume_unwind` passes no hook: a note of another panic is not taken for it.
pub(crate) fn place_of(message: &str) -> Option<String> {
    let note = NEWEST.try_with(RefCell::take).ok()??;
    let is_of_it = note.message.is_none_or(|noted| noted == message);
    is_of_it.then_some(note.place)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering::SeqCst},
    };

    use super::*;
    use crate::delivery::guard::catch;

    /// The hook is the process's: these tests take turns.
    static TURN: Mutex<()> = Mutex::new(());

    #[test]
    fn the_hook_that_was_there_goes_on_working() {
        static HEARD: AtomicU32 = AtomicU32::new(0);
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        // Other tests panic meanwhile, and want to be heard by the hook of their own.
        let original = take_hook();
        set_hook(Box::new(move |info| {
            if info.payload_as_str() == Some("heard by both") {
                HEARD.fetch_add(1, SeqCst);
            }
            original(info);
        }));
        chain_hook();
        let message = catch(|| panic!("heard by both")).unwrap_err();
        assert!(place_of(&message).is_some());
        assert_eq!(HEARD.load(SeqCst), 1);
    }

    #[test]
    fn a_panic_is_found_where_it_happened_and_once() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        install_hook();
        let message = catch(|| panic!("here")).unwrap_err();
        let line = line!() - 1;
        let place = place_of(&message).unwrap();
        assert!(place.ends_with(&format!("delivery/panics.rs:{line}:32")), "{place}");
        assert_eq!(place_of(&message), None);
    }

    #[test]
    fn a_note_of_another_panic_is_not_taken() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        install_hook();
        catch(|| panic!("the first")).unwrap_err();
        let message = catch(|| std::panic::resume_unwind(Box::new("the second"))).unwrap_err();
        assert_eq!(place_of(&message), None);
    }
}
