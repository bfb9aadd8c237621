//! The checks that rustc runs while it compiles the user's program: no dependency cycle, closed
//! profiles, event names that are those of their payloads.
//!
//! Const evaluation runs about a million steps a second, so the walk is bounded: [`BOUND`] daemons
//! by a breadth-first search that remembers its way and can name it. Beyond, `LEVEL`, which rustc
//! memoises, is linear and complete, and a cycle there is its own E0391.

use super::{DaemonSpec, SubSpec};
use crate::{
    declaration::daemon::Registered,
    delivery::breaker::DEFAULT_LIMIT,
    words::event::{Durable, Event},
};

/// How many daemons the walk looks at.
pub(crate) const BOUND: usize = 64;
const TABLE: usize = 2 * BOUND;
const TEXT: usize = 4096;

/// FNV-1a of a name; never 0, which marks a free place in the walk's table.
pub(crate) const fn name_id(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash ^= bytes[i] as u64;
        hash = hash.wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    if hash == 0 { 1 } else { hash }
}

/// One more than the greatest level among the dependencies.
///
/// Generic, because an associated const of a non-generic impl is evaluated even when nobody asks,
/// and would add rustc's E0391 to every short cycle that the walk has already named.
pub trait Level<X> {
    /// The level; a daemon without dependencies is at 1.
    const LEVEL: u32;
}

/// The greatest of some levels, 0 for none.
pub const fn max_level(levels: &[u32]) -> u32 {
    let mut max = 0;
    let mut i = 0;
    while i < levels.len() {
        if levels[i] > max {
            max = levels[i];
        }
        i += 1;
    }
    max
}

/// All checks of one daemon's place in the wiring.
#[track_caller]
pub const fn check<D: Registered + Level<()>>() {
    let spec = D::SPEC.get();
    match walk(spec) {
        Walk::Acyclic => {}
        Walk::Exhausted => _ = level::<D>(),
        Walk::Cycle(path, length) => panic_with_cycle(spec, &path, length),
    }
    check_profiles(spec);
}

/// Apart from `check`, because rustc evaluates all the constants that a function names as it enters it.
const fn level<D: Level<()>>() -> u32 {
    <D as Level<()>>::LEVEL
}

#[expect(clippy::large_enum_variant, reason = "it lives in const evaluation only, where nothing can be boxed")]
enum Walk {
    Acyclic,
    /// The way back from the last daemon to the root.
    Cycle([&'static str; BOUND], usize),
    Exhausted,
}

/// The state of the search: the daemons found, each with the one that led to it, and their ids in
/// an open-addressed table.
struct Search {
    found: [&'static DaemonSpec; BOUND],
    from: [usize; BOUND],
    count: usize,
    table: [u64; TABLE],
}

const fn walk(root: &'static DaemonSpec) -> Walk {
    let mut search = Search { found: [root; BOUND], from: [0; BOUND], count: 1, table: [0; TABLE] };
    let mut at = 0;
    while at < search.count {
        let spec = search.found[at];
        let links = spec.depends_on.len() + spec.wants.len();
        let mut i = 0;
        while i < links {
            let next = if i < spec.depends_on.len() {
                spec.depends_on[i].get()
            } else {
                spec.wants[i - spec.depends_on.len()].get()
            };
            if next.id == root.id {
                return way_back(&search, at);
            }
            // Of a cycle, the member with the least id speaks: one cycle, one error. So no daemon
            // needs to look at lesser ones, which are most of those it could reach.
            if next.id > root.id && !visit(&mut search, next, at) {
                return Walk::Exhausted;
            }
            i += 1;
        }
        at += 1;
    }
    Walk::Acyclic
}

/// Notes a daemon once; false when the bound is reached.
const fn visit(search: &mut Search, next: &'static DaemonSpec, from: usize) -> bool {
    let mut place = next.id as usize & (TABLE - 1);
    while search.table[place] != 0 && search.table[place] != next.id {
        place = (place + 1) & (TABLE - 1);
    }
    if search.table[place] == next.id {
        return true;
    }
    if search.count == BOUND {
        return false;
    }
    search.table[place] = next.id;
    search.found[search.count] = next;
    search.from[search.count] = from;
    search.count += 1;
    true
}

/// The path of the cycle, backwards.
const fn way_back(search: &Search, last: usize) -> Walk {
    let mut path = [""; BOUND];
    let mut length = 0;
    let mut at = last;
    loop {
        path[length] = search.found[at].ty.as_str();
        length += 1;
        if at == 0 {
            return Walk::Cycle(path, length);
        }
        at = search.from[at];
    }
}

#[track_caller]
const fn panic_with_cycle(root: &DaemonSpec, path: &[&'static str; BOUND], length: usize) -> ! {
    let mut text = Text::new("daemon dependency cycle: ");
    let mut i = length;
    while i > 0 {
        i -= 1;
        text = text.push(path[i]).push(" -> ");
    }
    text = text.push(root.ty.as_str()).push("; data that flows in a circle goes by events, which need no order");
    panic!("{}", text.as_str())
}

/// Every profile of a daemon must include its dependencies.
#[track_caller]
const fn check_profiles(spec: &DaemonSpec) {
    let mut i = 0;
    while i < spec.depends_on.len() {
        let dependency = spec.depends_on[i].get();
        if let Some(theirs) = dependency.profiles {
            check_profile_of(spec, dependency, theirs);
        }
        i += 1;
    }
}

#[track_caller]
const fn check_profile_of(spec: &DaemonSpec, dependency: &DaemonSpec, theirs: &[&'static str]) {
    let Some(mine) = spec.profiles else {
        let text = Text::new("`").push(spec.ty.as_str()).push("` is in every profile, but needs `");
        let text = text.push(dependency.ty.as_str()).push("`, which is not; give it `profiles = [..]`");
        panic!("{}", text.as_str())
    };
    let mut i = 0;
    while i < mine.len() {
        if !contains(theirs, mine[i]) {
            let text = Text::new("profile `").push(mine[i]).push("`: `").push(spec.ty.as_str());
            let text = text.push("` needs `").push(dependency.ty.as_str()).push("`, which is not in it");
            panic!("{}", text.as_str())
        }
        i += 1;
    }
}

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

/// One `#[on_event]`: its spec, and whether the name that was written is the event's.
pub struct Subscription {
    /// For the table.
    pub spec: SubSpec,
    payload: &'static str,
    literal: &'static str,
    name: &'static str,
    agrees: bool,
}

/// The only place that asks `E` to be an event, so that one mistake is one message.
pub const fn sub<E: Event>(handler: &'static str, payload: &'static str, literal: &'static str) -> Subscription {
    Subscription {
        spec: SubSpec {
            handler,
            event: E::meta,
            dedup: None,
            timeout: None,
            from_oldest: false,
            breaker: Some(DEFAULT_LIMIT),
        },
        payload,
        literal,
        name: E::NAME,
        agrees: equal(E::NAME, literal) || contains(E::ALIASES, literal),
    }
}

/// The only place that asks `E` to be durable, for `from = "oldest"`.
pub const fn kept<E: Durable>() {}

impl Subscription {
    /// Refuses a name that is not the event's. Apart from the table, whose every use would be
    /// reported too.
    #[track_caller]
    pub const fn check(self) {
        if self.agrees {
            return;
        }
        let text =
            Text::new("handler `").push(self.spec.handler).push("` takes `").push(self.payload).push("`, the event `");
        let text = text.push(self.name).push("`, not `").push(self.literal).push("`");
        panic!("{}", text.as_str())
    }
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if equal(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}

const fn equal(a: &str, b: &str) -> bool {
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

/// A message built in const.
struct Text {
    bytes: [u8; TEXT],
    length: usize,
}

impl Text {
    const fn new(start: &str) -> Self {
        Self { bytes: [0; TEXT], length: 0 }.push(start)
    }

    const fn push(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        let mut i = 0;
        while i < more.len() && self.length < TEXT {
            self.bytes[self.length] = more[i];
            self.length += 1;
            i += 1;
        }
        self
    }

    const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "the message is too long to be shown",
        }
    }
}
