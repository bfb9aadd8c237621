use super::{Answer, EIGHTY, ask, ask_of, ask_with, odd};
use crate::{
    Registry,
    cli::exit_code::{CONFIG, ERROR, OK, UNSAFE_BIND},
    declaration::graph::fixture::registry,
};

/// `run`, silent, without views, with a data folder of its own.
fn run(registry: &Registry, flags: &str) -> Answer {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display();
    let line = format!("run --log-level off --set runtime.data_dir={folder} {flags}");
    ask_of(registry, &line, EIGHTY)
}

#[test]
fn runs_for_the_time_it_is_given_and_stops_in_order() {
    let answer = run(&registry(), "--for 50ms --http 127.0.0.1:0");
    assert_eq!((answer.notes.as_str(), answer.code), ("", OK));
}

#[test]
fn a_critical_daemon_that_fails_for_good_ends_the_run() {
    let registry = registry().with_entries([odd::escalating()]);
    let flags = "--no-http --for 60s --set daemons.escalating.options.max_restarts=1 \
                 --set daemons.escalating.options.backoff=[\"1ms\",\"1ms\"]";
    let answer = run(&registry, flags);
    let message = "error: critical daemon `escalating` failed: on_start failed: no host answers\n";
    assert_eq!((answer.notes.as_str(), answer.code), (message, ERROR));
}

#[test]
fn strict_names_the_daemon_whose_start_failed() {
    let registry = registry().with_entries([odd::escalating()]);
    let message = "error: daemon `escalating` did not start: on_start failed: no host answers\n";
    for flags in ["--no-http --strict", "--no-http --set runtime.strict=true"] {
        let answer = run(&registry, flags);
        assert_eq!((answer.notes.as_str(), answer.code), (message, ERROR), "{flags}");
    }
}

#[test]
fn an_unsafe_address_is_refused_before_anything_starts() {
    let answer = run(&registry(), "--http 0.0.0.0:8790");
    assert_eq!(answer.code, UNSAFE_BIND);
    assert!(
        answer.notes.starts_with("error: refused to listen on `0.0.0.0:8790`: it is not a loopback address"),
        "{}",
        answer.notes
    );
}

#[test]
fn a_taken_address_says_how_to_go_on() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let answer = run(&registry(), &format!("--http {address}"));
    assert_eq!(answer.code, ERROR);
    let start = format!("error: `{address}` is taken, perhaps by another ringrift; choose another address");
    assert!(answer.notes.starts_with(&start), "{}", answer.notes);
    let configured = run(&registry(), &format!("--set runtime.http={address}"));
    assert_eq!(configured, answer);
}

#[test]
fn a_wrong_configuration_starts_nothing_and_tells_all() {
    let flags = "--no-http --set daemons.auto_sync.options.cylce=3s --set runtime.stritc=true";
    let answer = run(&registry(), flags);
    assert_eq!(answer.code, CONFIG);
    for problem in ["did you mean `cycle`?", "did you mean `strict`?"] {
        assert!(answer.notes.contains(problem), "{}", answer.notes);
    }
    let answer = run(&registry(), "--no-http --set runtime.profile=cordinator");
    assert_eq!(answer.code, CONFIG);
    assert!(answer.notes.contains("did you mean `coordinator`?"), "{}", answer.notes);
}

#[test]
fn options_that_do_not_fit_are_a_wrong_configuration() {
    let flags = "--no-http --set daemons.cleanup.options.cycle=5m --set daemons.auto_sync.options.tz=UTC";
    let answer = run(&registry(), flags);
    assert_eq!(
        answer.notes,
        "error: --set daemons.auto_sync.options.tz: `daemons.auto_sync.options.tz` does not fit: `tz` is the time zone \
         of a `schedule`, and there is none; add `schedule = \"0 3 * * *\"`, or remove `tz`\n\
         error: --set daemons.cleanup.options.cycle: `daemons.cleanup.options.cycle` does not fit: a task runs once and \
         has no `cycle`; remove it\n\
         nothing was started: 2 errors\n"
    );
    assert_eq!(answer.code, CONFIG);
}

#[test]
fn what_nobody_provides_is_named() {
    let registry = registry().with_entries([odd::needy()]);
    let answer = run(&registry, "--no-http");
    assert_eq!(
        answer.notes,
        "error: nobody provides the `GameDb` for field `games` of daemon `needy`; add `.provide(value)` to the builder (of `Runtime::builder()` or `cli::main_with`)\n  \
         --> src/daemons.rs:60\n\
         nothing was started: 1 error\n"
    );
    assert_eq!(answer.code, CONFIG);
}

#[test]
fn only_the_first_kind_of_what_is_wrong_was_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let flags = format!("--http 0.0.0.0:1 --set runtime.stritc=true --set runtime.data_dir={}", file.path().display());
    let refuse = |_| Err("the game database is locked".into());
    let registry = registry().with_entries([odd::needy(), odd::misspelt()]);
    let answer = ask_of(&registry, &format!("run --log-level off {flags}"), EIGHTY);
    let told = [
        "did you mean `strict`?",
        "refused to listen on `0.0.0.0:1`",
        "can't be used: ",
        "nobody provides the `GameDb`",
        "`GAMES_AVAILABLE`",
        "nothing was started: 5 errors",
    ];
    let untold = told.iter().filter(|told| !answer.notes.contains(**told));
    assert_eq!((untold.collect::<Vec<_>>(), answer.code), (vec![], CONFIG), "{}", answer.notes);
    let answer = ask_with(&registry, &format!("run --log-level off {flags}"), EIGHTY, refuse);
    assert!(answer.notes.contains("error: the game database is locked\n"), "{}", answer.notes);
}

#[test]
fn a_store_that_opening_mends_kept_the_program_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("run --log-level off --no-http --for 1ms --set runtime.data_dir={}", folder.path().display());
    let file = folder.path().join("ringrift.db");
    std::fs::write(&file, "").unwrap();
    assert_eq!(ask(&line), Answer::default(), "cut off before it had tables");
    std::fs::write(&file, "no database").unwrap();
    assert!(ask(&line).notes.contains("can't be read as a store; move it away"), "{:?}", ask(&line));
}

#[test]
fn what_a_program_selects_and_there_is_not_is_of_the_configuration() {
    let answer = ask_with(&registry(), "run --log-level off --no-http", EIGHTY, |builder| Ok(builder.profile("odd")));
    assert_eq!((answer.notes.lines().next(), answer.code), (Some("error: no daemon is in profile `odd`"), CONFIG));
}

#[test]
fn what_is_no_mistake_of_the_wiring_has_codes_of_its_own() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let answer = ask(&format!("run --log-level off --no-http --set runtime.data_dir={}", file.path().display()));
    assert_eq!(answer.code, ERROR, "{}", answer.notes);
    let answer = run(&registry(), "--http 0.0.0.0:1 --set runtime.stritc=true");
    assert_eq!(answer.code, CONFIG, "{}", answer.notes);
}

#[test]
fn a_program_that_refuses_to_run_says_why_and_refuses_nothing_else() {
    let refuse = |_| Err("the game database is locked".into());
    let answer = ask_with(&registry(), "run --log-level off --no-http", EIGHTY, refuse);
    assert_eq!(
        (answer.notes.as_str(), answer.code),
        ("error: the game database is locked\nnothing was started: 1 error\n", ERROR)
    );
    for command in ["list", "events", "graph"] {
        assert_eq!(ask_with(&registry(), command, EIGHTY, refuse).code, OK, "{command}");
    }
}

#[test]
fn a_program_provides_what_its_daemons_need() {
    let registry = registry().with_entries([odd::needy()]);
    let folder = tempfile::tempdir().unwrap();
    let line = format!("run --log-level off --no-http --for 1ms --set runtime.data_dir={}", folder.path().display());
    let answer = ask_with(&registry, &line, EIGHTY, |builder| Ok(builder.provide(7_u128)));
    assert_eq!((answer.notes.as_str(), answer.code), ("", OK));
}

#[test]
fn a_value_that_can_not_be_made_is_named_with_its_causes() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("run --log-level off --no-http --for 1ms --set runtime.data_dir={}", folder.path().display());
    let error = || std::io::Error::other("the disk is gone");
    let answer =
        ask_with(&registry(), &line, EIGHTY, |builder| Ok(builder.provide_with::<u128, _>(move || Err(error()))));
    let message = "error: the `u128` that is to be provided can't be made: the disk is gone\n";
    assert_eq!((answer.notes.as_str(), answer.code), (message, ERROR));
}
