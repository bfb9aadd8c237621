//! Every message of the macros has a smallest program here, and every option one that passes.
//!
//! After a change of wording: `TRYBUILD=overwrite cargo test -p ringrift-ui-tests`, then read each
//! `.stderr` as a stranger would.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for of in ["daemon", "handlers", "event"] {
        cases.pass(format!("{of}/pass/*.rs"));
        cases.compile_fail(format!("{of}/fail/*.rs"));
    }
}
