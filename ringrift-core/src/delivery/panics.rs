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
    INSTALLED.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            note(info);
            previous(info);
        }));
    });
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
    use super::*;
    use crate::delivery::guard::catch;

    #[test]
    fn a_panic_is_found_where_it_happened_and_once() {
        install_hook();
        let message = catch(|| panic!("here")).unwrap_err();
        let line = line!() - 1;
        let place = place_of(&message).unwrap();
        assert!(place.ends_with(&format!("delivery/panics.rs:{line}:32")), "{place}");
        assert_eq!(place_of(&message), None);
    }

    #[test]
    fn a_note_of_another_panic_is_not_taken() {
        install_hook();
        catch(|| panic!("the first")).unwrap_err();
        let message = catch(|| std::panic::resume_unwind(Box::new("the second"))).unwrap_err();
        assert_eq!(place_of(&message), None);
    }
}
