#!/usr/bin/env bash
# What the macros cost at compile time: `cargo check` of a crate of daemons (10 layers, 3 dependencies
# each), written with the attributes, by hand with the least that the runtime needs, and as bare
# structs without ringrift. Dependencies are warm; of RUNS runs the fastest counts.
#
#     benches/compile_time.sh [daemons, 1000] [runs, 3]
set -euo pipefail

daemons=${1:-1000}
runs=${2:-3}
layers=10
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Layer 0 has no dependencies; a daemon of another depends on three of the layer below.
generate() {
    awk -v form="$1" -v daemons="$daemons" -v layers="$layers" '
    function name(i) { return "Daemon" i }
    function each(list, n, before, after,    text, i) {
        for (i = 0; i < n; i++) text = text before name(list[i]) after
        return text
    }
    function attributes(i, n) {
        printf "/// Does the work of %d.\n#[daemon(category = \"misc\", cycle = \"5m\", depends_on = [%s])]\n", i, each(links, n, "", ", ")
        printf "pub struct %s { count: AtomicU64 }\n", name(i)
    }
    function by_hand(i, n,    me) {
        me = name(i)
        printf "/// Does the work of %d.\npub struct %s { count: AtomicU64 }\n", i, me
        printf "static SPEC%d: DaemonSpec = DaemonSpec::new::<%s>(DaemonType::__new(\"daemon%d\"), Category::Misc, Place { file: file!(), line: line!(), module: module_path!() }).cycle(Duration::from_secs(300)).depends_on(&[%s]);\n", i, me, i, each(links, n, "<", " as Registered>::SPEC, ")
        printf "impl Registered for %s { const SPEC: SpecRef = SpecRef::new(&SPEC%d); type Node<X> = Self; }\n", me, i
        printf "impl<X> Level<X> for %s { const LEVEL: u32 = 1 + max_level(&[%s]); }\n", me, each(links, n, "<", " as Level<X>>::LEVEL, ")
        printf "impl Construct for %s {\n    const HANDLERS: HandlerTable<Self> = <TableOf<Self> as NoHandlers<Self>>::TABLE;\n", me
        printf "    async fn construct(_: BuildContext<Self>) -> DaemonResult<Self> { Ok(Self { count: AtomicU64::new(0) }) }\n}\n"
        printf "inventory::submit! { DaemonEntry(SpecRef::new(&SPEC%d)) }\n", i
    }
    function bare(i) {
        printf "/// Does the work of %d.\npub struct %s { count: AtomicU64 }\n", i, name(i)
    }
    BEGIN {
        print "//! Generated.\n#![allow(unused_imports, dead_code)]"
        print "use std::sync::atomic::{AtomicU64, Ordering::Relaxed}; use std::time::Duration;"
        if (form == "bare")
            print "pub struct Context<D>(D); pub type DaemonResult = Result<(), ()>; pub trait Daemon: Sized { fn run_cycle(&self, cx: &Context<Self>) -> impl Future<Output = DaemonResult> + Send; }"
        else
            print "use ringrift_core::{prelude::*, __private::*};"
        width = int(daemons / layers)
        for (i = 0; i < daemons; i++) {
            layer = int(i / width); n = 0
            if (layer > 0) for (k = 0; k < 3; k++) links[n++] = (layer - 1) * width + (i * 7 + k * 31) % width
            if (form == "attributes") attributes(i, n); else if (form == "by_hand") by_hand(i, n); else bare(i)
            printf "impl Daemon for %s { async fn run_cycle(&self, _: &Context<Self>) -> DaemonResult { self.count.fetch_add(1, Relaxed); Ok(()) } }\n\n", name(i)
        }
    }'
}

milliseconds() { date +%s%3N; }

measure() {
    local dir=$work/$1 best= from took
    mkdir -p "$dir"
    cp "$root/Cargo.lock" "$root/rust-toolchain.toml" "$dir"
    printf '[package]\nname = "compile-time-%s"\nedition = "2024"\n[lib]\npath = "lib.rs"\n[dependencies]\nringrift-core = { path = "%s/ringrift-core" }\n[workspace]\n' "${1//_/-}" "$root" > "$dir/Cargo.toml"
    echo > "$dir/lib.rs"
    (cd "$dir" && CARGO_INCREMENTAL=0 cargo check --quiet 2> /dev/null)
    generate "$1" > "$dir/lib.rs"
    for _ in $(seq "$runs"); do
        touch "$dir/lib.rs"
        from=$(milliseconds)
        (cd "$dir" && CARGO_INCREMENTAL=0 cargo check --quiet)
        took=$(($(milliseconds) - from))
        if [[ -z $best || $took -lt $best ]]; then best=$took; fi
    done
    echo "$best"
}

attributes=$(measure attributes)
by_hand=$(measure by_hand)
bare=$(measure bare)
awk -v n="$daemons" -v a="$attributes" -v h="$by_hand" -v b="$bare" 'BEGIN {
    printf "%-22s %8s %14s\n", n " daemons", "ms", "ms per daemon"
    printf "%-22s %8d %14.2f\n", "attributes", a, a / n
    printf "%-22s %8d %14.2f\n", "by hand", h, h / n
    printf "%-22s %8d %14.2f\n", "bare structs", b, b / n
    printf "%-22s %8d %14.2f  (bar: 2.00)\n", "attributes - by hand", a - h, (a - h) / n
}'
