//! Faults that the test kit strikes daemons with, at any hook.

use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    time::Duration,
};

use super::record::Record;
use crate::{
    declaration::daemon::DaemonResult,
    words::{daemon_type::DaemonType, health::HealthReport},
};

/// The hook that a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultAt {
    /// `on_start`.
    Start,
    /// `run_cycle`.
    Cycle,
    /// The `runner`.
    Runner,
    /// Every `#[on_event]`.
    Handler,
    /// `health`.
    Health,
    /// `on_stop`.
    Stop,
    /// `on_exit`.
    Exit,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A panic.
    Panic,
    /// An error; from `health`, an `ERROR` report.
    Error,
    /// It never returns.
    Hang,
    /// It takes so much longer.
    Slow(Duration),
}

/// Faults by daemon and hook, each with how often it still strikes.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    any: AtomicBool,
    armed: Mutex<HashMap<(DaemonType, FaultAt), (Fault, u32)>>,
}

impl Faults {
    fn armed(&self) -> MutexGuard<'_, HashMap<(DaemonType, FaultAt), (Fault, u32)>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms a fault for the next `times` calls of a hook; 0 disarms it.
    pub(crate) fn arm(&self, daemon: DaemonType, at: FaultAt, fault: Fault, times: u32) {
        let mut armed = self.armed();
        if times == 0 {
            armed.remove(&(daemon, at));
        } else {
            armed.insert((daemon, at), (fault, times));
        }
        self.any.store(!armed.is_empty(), Release);
    }

    fn next(&self, record: &Record, at: FaultAt) -> Option<Fault> {
        if !self.any.load(Acquire) {
            return None;
        }
        let mut armed = self.armed();
        let (fault, times) = armed.get_mut(&(record.ty, at))?;
        let fault = *fault;
        *times -= 1;
        if *times == 0 {
            armed.remove(&(record.ty, at));
        }
        Some(fault)
    }

    pub(crate) async fn before(
        &self,
        record: &Record,
        at: FaultAt,
        hook: impl Future<Output = DaemonResult>,
    ) -> DaemonResult {
        if let Some(fault) = self.next(record, at) {
            strike(fault).await?;
        }
        hook.await
    }

    pub(crate) async fn before_health(
        &self,
        record: &Record,
        health: impl Future<Output = HealthReport>,
    ) -> HealthReport {
        if let Some(fault) = self.next(record, FaultAt::Health)
            && let Err(error) = strike(fault).await
        {
            return HealthReport::error(error.to_string());
        }
        health.await
    }
}

#[expect(clippy::panic, reason = "the panic is the fault")]
async fn strike(fault: Fault) -> DaemonResult {
    match fault {
        Fault::Panic => panic!("an injected panic"),
        Fault::Error => Err("an injected error".into()),
        Fault::Hang => std::future::pending().await,
        Fault::Slow(delay) => {
            tokio::time::sleep(delay).await;
            Ok(())
        }
    }
}
