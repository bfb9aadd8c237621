//! Longer than the walk looks: rustc itself reports the circle.
use ringrift_core::prelude::*;
#[daemon(category = "misc", depends_on = [D1])]
struct D0;
impl Daemon for D0 {}

#[daemon(category = "misc", depends_on = [D2])]
struct D1;
impl Daemon for D1 {}

#[daemon(category = "misc", depends_on = [D3])]
struct D2;
impl Daemon for D2 {}

#[daemon(category = "misc", depends_on = [D4])]
struct D3;
impl Daemon for D3 {}

#[daemon(category = "misc", depends_on = [D5])]
struct D4;
impl Daemon for D4 {}

#[daemon(category = "misc", depends_on = [D6])]
struct D5;
impl Daemon for D5 {}

#[daemon(category = "misc", depends_on = [D7])]
struct D6;
impl Daemon for D6 {}

#[daemon(category = "misc", depends_on = [D8])]
struct D7;
impl Daemon for D7 {}

#[daemon(category = "misc", depends_on = [D9])]
struct D8;
impl Daemon for D8 {}

#[daemon(category = "misc", depends_on = [D10])]
struct D9;
impl Daemon for D9 {}

#[daemon(category = "misc", depends_on = [D11])]
struct D10;
impl Daemon for D10 {}

#[daemon(category = "misc", depends_on = [D12])]
struct D11;
impl Daemon for D11 {}

#[daemon(category = "misc", depends_on = [D13])]
struct D12;
impl Daemon for D12 {}

#[daemon(category = "misc", depends_on = [D14])]
struct D13;
impl Daemon for D13 {}

#[daemon(category = "misc", depends_on = [D15])]
struct D14;
impl Daemon for D14 {}

#[daemon(category = "misc", depends_on = [D16])]
struct D15;
impl Daemon for D15 {}

#[daemon(category = "misc", depends_on = [D17])]
struct D16;
impl Daemon for D16 {}

#[daemon(category = "misc", depends_on = [D18])]
struct D17;
impl Daemon for D17 {}

#[daemon(category = "misc", depends_on = [D19])]
struct D18;
impl Daemon for D18 {}

#[daemon(category = "misc", depends_on = [D20])]
struct D19;
impl Daemon for D19 {}

#[daemon(category = "misc", depends_on = [D21])]
struct D20;
impl Daemon for D20 {}

#[daemon(category = "misc", depends_on = [D22])]
struct D21;
impl Daemon for D21 {}

#[daemon(category = "misc", depends_on = [D23])]
struct D22;
impl Daemon for D22 {}

#[daemon(category = "misc", depends_on = [D24])]
struct D23;
impl Daemon for D23 {}

#[daemon(category = "misc", depends_on = [D25])]
struct D24;
impl Daemon for D24 {}

#[daemon(category = "misc", depends_on = [D26])]
struct D25;
impl Daemon for D25 {}

#[daemon(category = "misc", depends_on = [D27])]
struct D26;
impl Daemon for D26 {}

#[daemon(category = "misc", depends_on = [D28])]
struct D27;
impl Daemon for D27 {}

#[daemon(category = "misc", depends_on = [D29])]
struct D28;
impl Daemon for D28 {}

#[daemon(category = "misc", depends_on = [D30])]
struct D29;
impl Daemon for D29 {}

#[daemon(category = "misc", depends_on = [D31])]
struct D30;
impl Daemon for D30 {}

#[daemon(category = "misc", depends_on = [D32])]
struct D31;
impl Daemon for D31 {}

#[daemon(category = "misc", depends_on = [D33])]
struct D32;
impl Daemon for D32 {}

#[daemon(category = "misc", depends_on = [D0])]
struct D33;
impl Daemon for D33 {}

fn main() {}
