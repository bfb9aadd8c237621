//! For daemons of which only the pace of their cycles matters, or a fault that strikes in them.

/// A `run_cycle` that does nothing; a daemon with a `cycle` has one of its own.
macro_rules! idle {
    () => {
        async fn run_cycle(&self, _cx: &Context<Self>) -> DaemonResult {
            Ok(())
        }
    };
}
