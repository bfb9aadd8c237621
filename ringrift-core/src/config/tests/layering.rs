//! Which layer wins, and bad layers.

use std::collections::BTreeMap;

use super::{Quality, build, env, lines};
use crate::config::layers::Layers;

#[test]
fn the_environment_wins_over_files_and_flags_over_both_whatever_the_order() {
    let config = build(
        Layers::default()
            .set("s.c", "flag", "--set s.c")
            .env(env(&[("RINGRIFT__S__B", "env"), ("RINGRIFT__S__C", "env")]))
            .text("one.toml", "[s]\na = 'one'\nb = 'one'\nc = 'one'\nd = 'one'")
            .text("two.toml", "[s]\nd = 'two'"),
    );
    let values: BTreeMap<String, String> = config.section("s").unwrap();
    let values: Vec<&str> = values.values().map(String::as_str).collect();
    assert_eq!(values, ["one", "env", "flag", "two"]);
    let origins = ["s.a", "s.b", "s.c", "s.d", "s.e", "s", ""].map(|p| config.origin(p).to_string());
    assert_eq!(
        origins,
        [
            "one.toml:2:5",
            "environment RINGRIFT__S__B",
            "--set s.c",
            "two.toml:2:5",
            "default",
            "one.toml:1:1",
            "one.toml",
        ]
    );
}

#[test]
fn the_last_of_two_flags_wins() {
    let layers = Layers::default().set("a", "1", "--first").set("a", "2", "--second");
    let config = build(layers);
    assert_eq!(config.section::<u8>("a").unwrap(), 2);
    assert_eq!(config.origin("a").to_string(), "--second");
}

#[test]
fn every_bad_layer_is_reported_in_one_build() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent.toml");
    let problems = Layers::default()
        .file(&absent)
        .text("bad.toml", "a = \n[b]\nb = yes\n[c]")
        .env(env(&[("RINGRIFT__C", "1"), ("RINGRIFT__A____B", "1")]))
        .set("a..b", "1", "--set a..b")
        .set("", "1", "--set")
        .build()
        .map(|_| ())
        .unwrap_err();
    let lines = lines(&problems).join("\n").replace(folder.path().to_str().unwrap(), "FOLDER");
    assert_eq!(
        lines,
        "FOLDER/absent.toml: cannot be read: No such file or directory (os error 2)\n\
         bad.toml:1:5: malformed TOML: string values must be quoted, expected literal string\n\
         bad.toml:3:5: malformed TOML: string values must be quoted, expected literal string\n\
         environment RINGRIFT__A____B: names no key; write it as RINGRIFT__SECTION__KEY\n\
         environment RINGRIFT__C: `c` is a table, so it cannot be set to a single value; see bad.toml:4:1\n\
         --set: `` names no key; write it as `section.key`\n\
         --set a..b: `a..b` names no key; write it as `section.key`"
    );
}

#[test]
fn a_file_is_read_from_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ringrift.toml");
    std::fs::write(&path, "[s]\nmax_alerts = 3\n").unwrap();
    let config = build(Layers::default().file(&path));
    assert_eq!(config.section::<Quality>("s").unwrap().max_alerts, 3);
    assert_eq!(config.origin("s.max_alerts").to_string(), format!("{}:2:14", path.display()));
}
