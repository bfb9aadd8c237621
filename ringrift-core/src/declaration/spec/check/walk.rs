//! The search for a cycle: breadth-first over a bounded number of daemons, and it can name its way.
//!
//! Const evaluation runs about a million steps a second, so the walk is bounded.

use super::text::Text;
use crate::declaration::spec::DaemonSpec;

/// How many daemons the walk looks at.
pub(super) const BOUND: usize = 64;
const TABLE: usize = 2 * BOUND;

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

#[expect(clippy::large_enum_variant, reason = "it lives in const evaluation only, where nothing can be boxed")]
pub(super) enum Walk {
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

pub(super) const fn walk(root: &'static DaemonSpec) -> Walk {
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
pub(super) const fn panic_with_cycle(root: &DaemonSpec, path: &[&'static str; BOUND], length: usize) -> ! {
    let mut text = Text::new("daemon dependency cycle: ");
    let mut i = length;
    while i > 0 {
        i -= 1;
        text = text.push(path[i]).push(" -> ");
    }
    text = text.push(root.ty.as_str()).push("; data that flows in a circle goes by events, which need no order");
    panic!("{}", text.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Walk, walk};
    use crate::{
        declaration::{
            graph::fixture::spec,
            spec::{DaemonSpec, SpecRef},
        },
        words::category::Category,
    };

    /// The first of so many daemons, each of which depends on the next.
    fn chain(length: u64) -> &'static DaemonSpec {
        let daemon = |next: Option<&'static DaemonSpec>, id| {
            let depends_on = next.map(SpecRef::new).into_iter().collect::<Vec<_>>().leak();
            // With the least id, so that it is the first that walks.
            Some(&*Box::leak(Box::new(DaemonSpec { id, depends_on, ..spec("link", Category::Misc, 1) })))
        };
        (1..=length).rev().fold(None, daemon).unwrap()
    }

    #[test]
    fn the_walk_looks_at_sixty_four_daemons() {
        assert!(matches!(walk(chain(64)), Walk::Acyclic));
        assert!(matches!(walk(chain(65)), Walk::Exhausted));
    }
}
