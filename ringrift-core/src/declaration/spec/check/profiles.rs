//! Every profile is closed: it has what its daemons need.

use super::text::{Text, contains};
use crate::declaration::spec::DaemonSpec;

/// Every profile of a daemon must include its dependencies.
#[track_caller]
pub(super) const fn check_profiles(spec: &DaemonSpec) {
    let mut i = 0;
    while i < spec.depends_on.len() {
        let dependency = spec.depends_on[i].get();
        if let Some(theirs) = dependency.profiles {
            check_profile_of(spec, dependency, theirs);
        }
        i += 1;
    }
}

#[track_caller]
const fn check_profile_of(spec: &DaemonSpec, dependency: &DaemonSpec, theirs: &[&'static str]) {
    let Some(mine) = spec.profiles else {
        let text = Text::new("`").push(spec.ty.as_str()).push("` is in every profile, but needs `");
        let text = text.push(dependency.ty.as_str()).push("`, which is not; give it `profiles = [..]`");
        panic!("{}", text.as_str())
    };
    let mut i = 0;
    while i < mine.len() {
        if !contains(theirs, mine[i]) {
            let text = Text::new("profile `").push(mine[i]).push("`: `").push(spec.ty.as_str());
            let text = text
                .push("` needs `")
                .push(dependency.ty.as_str())
                .push("`, which is not in it; add it to the `profiles` of `")
                .push(dependency.ty.as_str());
            let text = text.push("`, or remove it from those of `").push(spec.ty.as_str()).push("`");
            panic!("{}", text.as_str())
        }
        i += 1;
    }
}
