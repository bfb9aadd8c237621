//! The options of `#[event]`.

use std::time::Duration;

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::arguments::{lists, option_table, retention, values};

option_table! {
    /// What `#[event("NAME", ..)]` says after the name.
    EventOptions {
        "external" => external: bool = values::flag;
        "aliases" => aliases: Vec<LitStr> = lists::names;
        "dedup_key" => dedup_key: Vec<LitStr> = lists::fields;
        "durable" => durable: bool = values::flag;
        "crate" => krate: TokenStream = values::krate;
        "retention" => retention: Option<Duration> = retention::age;
        "retention_size" => retention_size: u64 = retention::size;
        "from" => from: () = values::later;
        "version" => version: () = values::later;
    }
}
