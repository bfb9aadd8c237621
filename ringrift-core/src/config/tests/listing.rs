//! What is shown of a configuration, and what is not.

use serde::Deserialize;

use super::{Quality, build, check_report, env, layers};
use crate::config::Config;
use crate::config::duration::HumanDuration;

#[test]
fn entries_are_sorted_have_their_origin_and_hide_secrets() {
    let toml = "\
url = 'postgres://me:hunter2@host/db'
[s]
list = [1, { name = 'a', token = 'hunter2' }]
ratio = 1.0
text = \"a\\\"b\"
'odd key' = true
[a]
password = 'hunter2'
[secrets]
anything = 'hunter2'
";
    let variables = [("RINGRIFT__S__API_KEY", "hunter2"), ("RINGRIFT__S__PORT", "80")];
    let config = build(layers(toml).env(env(&variables)).set("s.mode", "fast", "--mode"));
    let entries = config.entries();
    let shown = entries.iter().map(|e| format!("{} = {} ({})", e.path, e.value, e.origin));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "a.password = *** (ringrift.toml:8:12)",
            "s.\"odd key\" = true (ringrift.toml:6:13)",
            "s.api_key = *** (environment RINGRIFT__S__API_KEY)",
            "s.list = [1, { name = \"a\", token = *** }] (ringrift.toml:3:8)",
            "s.mode = \"fast\" (--mode)",
            "s.port = 80 (environment RINGRIFT__S__PORT)",
            "s.ratio = 1.0 (ringrift.toml:4:9)",
            "s.text = 'a\"b' (ringrift.toml:5:8)",
            "secrets.anything = *** (ringrift.toml:10:12)",
            "url = \"postgres://me:***@host/db\" (ringrift.toml:1:7)",
        ]
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_message_about_a_secret_does_not_tell_it() {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choice {
        Left,
        Right,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is looked at")]
    struct Secrets {
        token: u16,
        secret: Choice,
        api_key: HumanDuration,
        password: std::net::IpAddr,
    }
    check_report::<Secrets>(
        layers("[s]\ntoken = 'hunter2'\nsecret = 'hunter2'\napi_key = 'hunter2'\npassword = 'hunter2'"),
        &[
            "ringrift.toml:2:9: `s.token` must be a whole number from 0 to 65535, not a string",
            "ringrift.toml:3:10: `s.secret` must be `left` or `right`",
            "ringrift.toml:4:11: `s.api_key` must be a duration such as \"60s\", \"5m\" or \"1h 30m\", not a string",
            "ringrift.toml:5:12: `s.password` is not valid",
        ],
    );
}

#[test]
fn an_empty_configuration_has_no_entries_and_only_defaults() {
    let config = Config::default();
    assert_eq!(config.entries(), []);
    assert_eq!(config.origin("s").to_string(), "default");
    assert_eq!(config.section::<Quality>("").unwrap(), Quality::default());
}
