//! Whether a daemon, or an event, can be what it has to be, and which of its fields is to blame if not.

use super::text::Text;

/// A field, for the message about what can't be shared.
pub struct SharedField {
    /// Its name.
    pub name: &'static str,
    /// Its type, as it is written.
    pub type_name: &'static str,
    /// Whether it can be shared between threads.
    pub is_shared: bool,
}

/// A daemon is shared between threads; if it can't be, its fields are to blame.
#[track_caller]
pub const fn check_shared(is_shared: bool, daemon: &str, fields: &[SharedField]) {
    if is_shared {
        return;
    }
    let mut text = Text::new("daemon `").push(daemon).push("` can't be shared between threads, because of ");
    let mut separator = "`";
    let mut i = 0;
    while i < fields.len() {
        if !fields[i].is_shared {
            text = text.push(separator).push(fields[i].name).push(": ").push(fields[i].type_name).push("`");
            separator = ", `";
        }
        i += 1;
    }
    text = text.push("; its hooks run side by side: keep its state in atomics, `Mutex`, `Arc` or channels");
    panic!("{}", text.as_str())
}

/// An event is handled on several threads, and kept as JSON; each of its fields is asked by itself.
#[track_caller]
pub const fn check_field(event: &str, field: &SharedField, is_kept: bool) {
    let text = Text::new("`").push(field.name).push(": ").push(field.type_name).push("` of event `").push(event);
    if !field.is_shared {
        let text = text.push("` can't be shared between threads, on which handlers run; write `Arc` for `Rc`, ");
        panic!("{}", text.push("an atomic or `Mutex` for `Cell` or `RefCell`").as_str())
    }
    if !is_kept {
        let text =
            text.push("` can't be serialised; derive `serde::Serialize` and `serde::Deserialize` for its type, ");
        let text = text.push("or turn on the feature `serde` of its crate, or write `#[serde(skip)]` on the field");
        panic!("{}", text.as_str())
    }
}

/// Says so of an event that can't be serialised although each of its fields can.
#[track_caller]
pub const fn check_kept(event: &str, is_kept: bool, fields: &[bool]) {
    let mut i = 0;
    while i < fields.len() {
        if !fields[i] {
            return;
        }
        i += 1;
    }
    if !is_kept {
        let text = Text::new("the event `").push(event).push("` can't be serialised, or not be read again; derive ");
        panic!("{}", text.push("`serde::Serialize` and `serde::Deserialize`, and own what its fields hold").as_str())
    }
}
