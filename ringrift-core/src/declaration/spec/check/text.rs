//! Text in const evaluation: messages that are built there, and names that are compared.

/// No message is longer.
const TEXT: usize = 4096;

/// A message built in const.
pub(super) struct Text {
    bytes: [u8; TEXT],
    length: usize,
}

impl Text {
    pub(super) const fn new(start: &str) -> Self {
        Self { bytes: [0; TEXT], length: 0 }.push(start)
    }

    pub(super) const fn push(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        let mut i = 0;
        while i < more.len() && self.length < TEXT {
            self.bytes[self.length] = more[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    pub(super) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the message is too long to be shown",
        }
    }
}

pub(super) const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if equal(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}

pub(super) const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
