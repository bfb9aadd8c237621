//! How every command ends, in one place; documented in the help and relied on by scripts.

/// All is well.
pub const OK: u8 = 0;
/// Something went wrong, or a critical daemon failed for good and stopped the process.
pub const ERROR: u8 = 1;
/// The command line can't be understood, or names something that there isn't.
pub const USAGE: u8 = 2;
/// `status`: a daemon is not in order.
pub const DEGRADED: u8 = 3;
/// `status`: a daemon has failed for good, or a critical one is unhealthy.
pub const FAILED: u8 = 4;
/// The configuration or the wiring is wrong; nothing was started.
pub const CONFIG: u8 = 64;
/// Something could not be stopped, and was left behind.
pub const LEAKED: u8 = 70;
/// An address that other machines reach was refused.
pub const UNSAFE_BIND: u8 = 78;

#[cfg(test)]
mod tests {
    use super::{CONFIG, DEGRADED, ERROR, FAILED, LEAKED, OK, UNSAFE_BIND, USAGE};

    #[test]
    fn the_numbers_are_those_that_scripts_rely_on() {
        let codes = [OK, ERROR, USAGE, DEGRADED, FAILED, CONFIG, LEAKED, UNSAFE_BIND];
        assert_eq!(codes, [0, 1, 2, 3, 4, 64, 70, 78]);
    }
}
