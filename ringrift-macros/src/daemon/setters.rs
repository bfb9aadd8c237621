//! The setters of `DaemonSpec`, one for each option that was given.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::{
    fields::Source,
    links::{Link, Links},
    options::DaemonOptions,
    parse::DaemonItem,
};
use crate::{arguments::Given, krate::Private};

/// `.description(..).depends_on(..)` and so on.
pub(super) fn setters(daemon: &DaemonItem, links: &Links, p: &Private) -> TokenStream {
    let description = &daemon.description;
    let described = (!description.is_empty()).then(|| quote!(.description(#description)));
    let wiring = wiring(daemon, links, p);
    let injects = injects(daemon);
    let pace = pace(&daemon.options);
    let policy = policy(&daemon.options, p);
    let selection = selection(&daemon.options);
    quote!(#described #wiring #injects #pace #policy #selection)
}

fn wiring(daemon: &DaemonItem, links: &Links, p: &Private) -> TokenStream {
    let ident = &daemon.item.ident;
    let depends_on = specs(&links.depends_on, p).map(|specs| quote!(.depends_on(#specs)));
    let wants = specs(&links.wants, p).map(|specs| quote!(.wants(#specs)));
    let events = links.emits.iter().map(|link| &link.alias);
    let emits = (!links.emits.is_empty()).then(|| quote!(.emits(&[#(#p::emitted::<#ident, #events>()),*])));
    let runner = daemon.options.runner.as_ref().map(|_| quote!(.runner()));
    let config = links.config.as_ref().map(|link| {
        let alias = &link.alias;
        quote!(.config(<#ident as #p::ConfiguredBy<#alias>>::SECTION.check))
    });
    quote!(#depends_on #wants #emits #config #runner)
}

fn specs(links: &[Link], p: &Private) -> Option<TokenStream> {
    let specs = links.iter().map(|Link { alias, .. }| {
        let spec = quote!(#p::SpecOf::<#alias>::SPEC);
        quote_spanned!(alias.span()=> #spec)
    });
    (!links.is_empty()).then(|| quote!(&[#(#specs),*]))
}

/// The fields that the program provides.
fn injects(daemon: &DaemonItem) -> Option<TokenStream> {
    let provided = daemon.fields.iter().filter(|field| matches!(field.source, Source::Provided));
    let specs: Vec<TokenStream> = provided
        .map(|field| {
            let (cfgs, constant) = (&field.cfgs, inject_const(&field.name));
            quote!(#cfgs #constant.spec)
        })
        .collect();
    (!specs.is_empty()).then(|| quote!(.injects(&[#(#specs),*])))
}

/// The constant that asks once for what an `#[inject]` field needs.
pub(super) fn inject_const(field: &Ident) -> Ident {
    format_ident!("INJECT_{}", field.to_string().trim_start_matches("r#").to_uppercase())
}

fn pace(options: &DaemonOptions) -> TokenStream {
    let cron = options.schedule.as_ref().map(|schedule| {
        let line = &schedule.value;
        match &options.tz {
            Some(tz) => {
                let zone = &tz.value;
                quote!(.cron(#line, #zone))
            }
            None => quote!(.cron(#line, "UTC")),
        }
    });
    let durations = [
        duration(options.cycle.as_ref()),
        duration(options.jitter.as_ref()),
        duration(options.cycle_timeout.as_ref()),
        duration(options.handler_timeout.as_ref()),
        duration(options.start_timeout.as_ref()),
        duration(options.stop_timeout.as_ref()),
        duration(options.stall_after.as_ref()),
        duration(options.startup_grace.as_ref()),
        duration(options.restart_reset.as_ref()),
        duration(options.health_check_interval.as_ref()),
    ];
    quote!(#cron #(#durations)*)
}

fn policy(options: &DaemonOptions, p: &Private) -> TokenStream {
    let never = options.auto_restart.as_ref().filter(|auto| !auto.value);
    let never = never.map(|_| quote!(.restart(#p::Restart::Never)));
    let restart = variant(options.restart.as_ref(), "Restart", p);
    let backoff = options.backoff.as_ref().map(|backoff| {
        let (first, cap) = (literal(backoff.value.0), literal(backoff.value.1));
        quote!(.backoff(#first, #cap))
    });
    let critical = flag(options.critical.as_ref());
    let on_exhausted = variant(options.on_exhausted.as_ref(), "OnExhausted", p);
    let on_unhealthy = variant(options.on_unhealthy.as_ref(), "OnUnhealthy", p);
    let overflow = variant(options.overflow.as_ref(), "Overflow", p);
    let kind = variant(options.kind.as_ref(), "Kind", p);
    let counts = [&options.max_restarts, &options.mailbox, &options.concurrency].into_iter().flatten().map(|count| {
        let (setter, value) = (&count.key, count.value);
        quote!(.#setter(#value))
    });
    quote!(#never #restart #backoff #critical #on_exhausted #on_unhealthy #overflow #kind #(#counts)*)
}

fn selection(options: &DaemonOptions) -> TokenStream {
    let profiles = options.profiles.as_ref().map(|profiles| {
        let names = &profiles.value;
        quote!(.profiles(&[#(#names),*]))
    });
    let deprecated = options.deprecated.as_ref().map(|advice| {
        let advice = &advice.value;
        quote!(.deprecated(#advice))
    });
    let default_off = flag(options.default_off.as_ref());
    quote!(#profiles #deprecated #default_off)
}

fn flag(option: Option<&Given<bool>>) -> Option<TokenStream> {
    let given = option.filter(|given| given.value)?;
    let setter = &given.key;
    Some(quote!(.#setter()))
}

fn variant(option: Option<&Given<Ident>>, of: &str, p: &Private) -> Option<TokenStream> {
    let Given { key, value, .. } = option?;
    let of = format_ident!("{of}");
    Some(quote!(.#key(#p::#of::#value)))
}

fn duration(option: Option<&Given<Duration>>) -> Option<TokenStream> {
    let given = option?;
    let (setter, duration) = (&given.key, literal(given.value));
    Some(quote!(.#setter(#duration)))
}

/// A duration as an expression.
pub(crate) fn literal(duration: Duration) -> TokenStream {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote!(::core::time::Duration::new(#seconds, #nanos))
}
