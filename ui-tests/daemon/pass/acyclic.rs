//! What is no circle: a diamond, a line longer than the walk looks, an edge of each kind.
use ringrift_core::prelude::*;

#[daemon(category = "misc")]
struct Root;
impl Daemon for Root {}

#[daemon(category = "misc", depends_on = [Root])]
struct Left;
impl Daemon for Left {}

#[daemon(category = "misc", wants = [Root], profiles = ["local"])]
struct Right;
impl Daemon for Right {}

#[daemon(category = "misc", depends_on = [Left], wants = [Right])]
struct Top;
impl Daemon for Top {}

macro_rules! line {
    ($first:ident $($rest:ident)*) => {
        line!(@ $first Top $($rest)*);
    };
    (@ $daemon:ident $below:ident $($rest:ident)*) => {
        #[daemon(category = "misc", depends_on = [$below])]
        struct $daemon;
        impl Daemon for $daemon {}
        line!(@@ $daemon $($rest)*);
    };
    (@@ $below:ident $daemon:ident $($rest:ident)*) => {
        line!(@ $daemon $below $($rest)*);
    };
    (@@ $below:ident) => {};
}

line!(A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 C0 C1 C2 C3 C4 C5 C6 C7 C8 C9 D0 D1 D2 D3 D4 D5 D6 D7 D8 D9);

fn main() {
    // With the two that are in every program.
    assert_eq!(DaemonType::variants().len(), 46);
}
