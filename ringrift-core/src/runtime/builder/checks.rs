//! What keeps a builder from starting, as far as it can be told before anything is opened or made.

use super::Builder;
#[cfg(feature = "cli")]
use crate::declaration::{spec::DaemonSpec, wiring::WiringProblem};
use crate::{
    config::problem::ConfigError,
    declaration::wiring::{self, Severity},
    runtime::{
        assemble::{Chosen, Disabled},
        needs,
        overrides::{self, AllSettings},
        section::RuntimeSection,
        selection::profiles,
        start_error::StartError,
    },
};

impl Builder {
    /// Takes from the configuration, as far as it can be read, what nobody set on the builder.
    pub(super) fn configured(&mut self) -> RuntimeSection {
        let (section, _) = self.config.readable::<RuntimeSection>("runtime");
        // An unknown one is told with the configuration, whose it is.
        let known = section.profile.clone().filter(|name| profiles(&self.registry).contains(name.as_str()));
        self.wanted.profile = self.wanted.profile.take().or(known);
        #[cfg(feature = "store")]
        {
            self.data_dir = self.data_dir.take().or_else(|| section.data_dir.clone());
        }
        section
    }

    /// The settings of a program that may be started; or all that is known against it.
    pub(super) fn checked(&self, section: &RuntimeSection) -> Result<AllSettings, StartError> {
        let mut refusals = Vec::new();
        let (settings, problems) = overrides::readable(&self.registry, &self.config);
        if !problems.is_empty() {
            refusals.push(ConfigError::from(problems).into());
        }
        let mut wiring = wiring::check(&self.registry);
        // A test chooses a part of the program, whose other events come from the test.
        wiring.retain(|problem| problem.severity == Severity::Error && (self.is_main || !problem.is_about_events));
        if !wiring.is_empty() {
            refusals.push(StartError::Wiring(wiring));
        }
        if refusals.is_empty() {
            return Ok(settings);
        }
        if self.is_selection_known(section) {
            refusals.extend(self.chosen(settings, &self.disabled().unwrap_or_default()).err());
        }
        Err(StartError::from(refusals))
    }

    /// Whether it is known which daemons are to run: with an unknown profile, what they need is not.
    fn is_selection_known(&self, section: &RuntimeSection) -> bool {
        section.profile.is_none() || self.wanted.profile.is_some()
    }

    /// The daemons to run; an error when there are none such, or when nobody provides what they need.
    pub(super) fn chosen(&self, settings: AllSettings, disabled: &Disabled) -> Result<Chosen, StartError> {
        let chosen = Chosen::new(&self.registry, settings, &self.wanted)?;
        let missing = needs::missing(&self.registry, &self.offered, &chosen.to_run(&self.registry, disabled));
        if missing.is_empty() { Ok(chosen) } else { Err(StartError::NotProvided(missing)) }
    }

    /// Every value that nobody provides, without making those that somebody does, and every daemon that needs
    /// one that is off; and what else keeps the program from starting, besides its wiring and its configuration.
    #[cfg(feature = "cli")]
    pub(crate) fn obstacles(&mut self) -> (Vec<WiringProblem>, Vec<StartError>) {
        let section = self.configured();
        let mut refusals = Vec::new();
        let disabled = self.disabled().unwrap_or_else(|error| {
            refusals.push(error);
            Disabled::new()
        });
        if !self.is_selection_known(&section) {
            return (Vec::new(), refusals);
        }
        let (settings, _) = overrides::readable(&self.registry, &self.config);
        let problems = match Chosen::new(&self.registry, settings, &self.wanted) {
            Ok(chosen) => {
                let to_run = chosen.to_run(&self.registry, &disabled);
                let mut problems = needs::problems(&self.registry, &self.offered, &to_run);
                problems.extend(chosen.held_up(&self.registry, &to_run).map(|(spec, need)| waits(spec, need)));
                problems
            }
            Err(error) => {
                refusals.push(error.into());
                Vec::new()
            }
        };
        (problems, refusals)
    }

    /// The daemons that an operator disabled, without opening the store, which another process may have open.
    fn disabled(&self) -> Result<Disabled, StartError> {
        #[cfg(feature = "store")]
        if let Some(folder) = self.folder()? {
            crate::store::usable::check(&folder)?;
            return Ok(crate::store::disabled::of_folder(&folder)?);
        }
        Ok(Disabled::new())
    }
}

/// Nothing is wrong with it: somebody may have switched the other off on purpose.
#[cfg(feature = "cli")]
fn waits(spec: &DaemonSpec, need: &DaemonSpec) -> WiringProblem {
    let message = format!("`{}` will not start: it needs `{}`, which is disabled", spec.ty, need.ty);
    WiringProblem { severity: Severity::Warning, message, place: spec.place.to_string(), is_about_events: false }
}
