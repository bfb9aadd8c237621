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

#[daemon(category = "misc", depends_on = [D34])]
struct D33;
impl Daemon for D33 {}

#[daemon(category = "misc", depends_on = [D35])]
struct D34;
impl Daemon for D34 {}

#[daemon(category = "misc", depends_on = [D36])]
struct D35;
impl Daemon for D35 {}

#[daemon(category = "misc", depends_on = [D37])]
struct D36;
impl Daemon for D36 {}

#[daemon(category = "misc", depends_on = [D38])]
struct D37;
impl Daemon for D37 {}

#[daemon(category = "misc", depends_on = [D39])]
struct D38;
impl Daemon for D38 {}

#[daemon(category = "misc", depends_on = [D40])]
struct D39;
impl Daemon for D39 {}

#[daemon(category = "misc", depends_on = [D41])]
struct D40;
impl Daemon for D40 {}

#[daemon(category = "misc", depends_on = [D42])]
struct D41;
impl Daemon for D41 {}

#[daemon(category = "misc", depends_on = [D43])]
struct D42;
impl Daemon for D42 {}

#[daemon(category = "misc", depends_on = [D44])]
struct D43;
impl Daemon for D43 {}

#[daemon(category = "misc", depends_on = [D45])]
struct D44;
impl Daemon for D44 {}

#[daemon(category = "misc", depends_on = [D46])]
struct D45;
impl Daemon for D45 {}

#[daemon(category = "misc", depends_on = [D47])]
struct D46;
impl Daemon for D46 {}

#[daemon(category = "misc", depends_on = [D48])]
struct D47;
impl Daemon for D47 {}

#[daemon(category = "misc", depends_on = [D49])]
struct D48;
impl Daemon for D48 {}

#[daemon(category = "misc", depends_on = [D50])]
struct D49;
impl Daemon for D49 {}

#[daemon(category = "misc", depends_on = [D51])]
struct D50;
impl Daemon for D50 {}

#[daemon(category = "misc", depends_on = [D52])]
struct D51;
impl Daemon for D51 {}

#[daemon(category = "misc", depends_on = [D53])]
struct D52;
impl Daemon for D52 {}

#[daemon(category = "misc", depends_on = [D54])]
struct D53;
impl Daemon for D53 {}

#[daemon(category = "misc", depends_on = [D55])]
struct D54;
impl Daemon for D54 {}

#[daemon(category = "misc", depends_on = [D56])]
struct D55;
impl Daemon for D55 {}

#[daemon(category = "misc", depends_on = [D57])]
struct D56;
impl Daemon for D56 {}

#[daemon(category = "misc", depends_on = [D58])]
struct D57;
impl Daemon for D57 {}

#[daemon(category = "misc", depends_on = [D59])]
struct D58;
impl Daemon for D58 {}

#[daemon(category = "misc", depends_on = [D60])]
struct D59;
impl Daemon for D59 {}

#[daemon(category = "misc", depends_on = [D61])]
struct D60;
impl Daemon for D60 {}

#[daemon(category = "misc", depends_on = [D62])]
struct D61;
impl Daemon for D61 {}

#[daemon(category = "misc", depends_on = [D63])]
struct D62;
impl Daemon for D62 {}

#[daemon(category = "misc", depends_on = [D64])]
struct D63;
impl Daemon for D63 {}

#[daemon(category = "misc", depends_on = [D65])]
struct D64;
impl Daemon for D64 {}

#[daemon(category = "misc", depends_on = [D0])]
struct D65;
impl Daemon for D65 {}

fn main() {}
