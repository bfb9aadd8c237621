//! Lets cargo notice a new file under `src`: the modules of the daemons are listed by their folder,
//! and cargo watches only the files that the last build has read.

fn main() {
    println!("cargo::rerun-if-changed=src");
}
