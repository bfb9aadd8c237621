//! Whether a daemon can be shared between threads, and which of its fields is to blame if not.

use super::text::Text;

/// A field of a daemon, for the message about a daemon that can't be shared.
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
