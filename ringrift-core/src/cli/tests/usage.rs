use super::{EIGHTY, ask, ask_of, check};
use crate::{
    cli::exit_code::{CONFIG, DEGRADED, ERROR, FAILED, LEAKED, OK},
    declaration::graph::fixture::registry,
};

#[test]
fn help_names_the_commands_the_exit_codes_and_the_program() {
    let help = "\
Runs, checks and shows the background daemons of this program

Usage: ringrift <COMMAND>

Commands:
  run     Start the daemons and keep them running until Ctrl-C
  list    List the daemons of this program
  show    Show all that is declared of one daemon
  check   Check the wiring and the configuration, without starting anything
  graph   Draw how the daemons are joined
  status  Show the daemons of a running process
  events  List the events, who emits and who handles them
  help    Print this message or the help of the given subcommand(s)

Options:
  -h, --help     Print help
  -V, --version  Print version

Exit codes: 0 ok, 1 error, 2 usage, 3 degraded and 4 failed (status),
64 bad configuration or wiring (`check`: 1), 70 something could not be stopped,
78 refused to listen on an unsafe address.

`ringrift <command> --help` shows examples.
";
    check("--help", 0, help, "");
    check("", 2, "", help);
}

#[test]
fn every_command_has_examples_with_the_programs_own_name() {
    for command in ["run", "list", "show", "check", "graph", "status", "events"] {
        let answer = ask(&format!("{command} --help"));
        let example = format!("Examples:\n  ringrift {command}");
        assert!(answer.results.contains(&example), "{}", answer.results);
        assert!(!answer.results.contains("PROGRAM"), "{}", answer.results);
        assert!(answer.results.lines().all(|line| line.chars().count() <= 90), "{}", answer.results);
    }
}

#[test]
fn the_help_of_a_command_names_the_address_and_its_exit_codes() {
    let run = format!(
        "The exit code is {OK}, {ERROR} when a critical daemon fails for good, {CONFIG} when the configuration or the \
         wiring is wrong, {LEAKED} when something can't be stopped."
    );
    let status = format!(
        "The exit code is {OK} when all is well, {DEGRADED} when a daemon is not in order, {FAILED} when one has failed \
         for good or a critical one is unhealthy, {ERROR} when nothing answers, {CONFIG} when the configuration is wrong."
    );
    for (command, says) in [
        ("run", "[default: 127.0.0.1:8790]"),
        ("run", &run),
        ("status", "[default: `runtime.http` of the configuration, 127.0.0.1:8790]"),
        ("status", &status),
        ("check", &format!("The exit code is {ERROR} when one is an error.")),
    ] {
        let help = ask(&format!("{command} --help")).results;
        let in_a_line = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(in_a_line.contains(says), "{help}");
    }
}

#[test]
fn the_version_is_ringrifts_under_the_programs_name() {
    check("--version", 0, concat!("ringrift (ringrift ", env!("CARGO_PKG_VERSION"), ")\n"), "");
}

#[test]
fn what_is_misspelt_is_told_the_nearest_and_is_a_usage_error() {
    for (line, hint) in [
        ("lits", "a similar subcommand exists: 'list'"),
        ("list --jsn", "a similar argument exists: '--json'"),
        ("graph --format tre", "a similar value exists: 'tree'"),
        ("list --category heatlh", "did you mean `health`?"),
        ("list --category x1y2z3", "there are: sync, event, health"),
        ("run --profile cordinator", "error: no profile is called `cordinator`; did you mean `coordinator`?"),
        ("run --profile zzz", "error: no profile is called `zzz`; there are: coordinator, local"),
        ("run --daemon auto_snyc", "error: no daemon is called `auto_snyc`; did you mean `auto_sync`?"),
        ("run --for soon", "write a duration, such as `60s`, `5m` or `1h 30m`"),
        ("run --set nothing", "write it as `section.key=value`"),
        ("run --http localhost", "write an address and a port, as in `127.0.0.1:8790`, or `--no-http`"),
        ("run --http 127.0.0.1:0 --no-http", "cannot be used with"),
        ("run --log-level my_app=loud", "error: --log-level: `my_app=loud` is no log filter"),
        ("status --http localhost", "write it as `host:port`, as in `127.0.0.1:8790`"),
        ("status --watch --json", "cannot be used with"),
    ] {
        let answer = ask(line);
        assert_eq!(answer.code, 2, "{line}: {}", answer.notes);
        assert_eq!(answer.results, "", "{line}");
        assert!(answer.notes.contains(hint), "{line}: {}", answer.notes);
    }
}

#[test]
fn nothing_is_coloured_unless_the_terminal_shows_it() {
    for line in ["--help", "list", "show zzz", "lits", "check"] {
        let answer = ask(line);
        assert!(!format!("{}{}", answer.results, answer.notes).contains('\x1b'), "{line}");
    }
    let coloured = super::Terminal { is_coloured: true, ..EIGHTY };
    assert!(ask_of(&registry(), "--help", coloured).results.contains('\x1b'));
}
