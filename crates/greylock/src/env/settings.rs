//! What the environment says.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal as _, stderr, stdin, stdout};

use zeroize::Zeroizing;

/// The variables and the terminal that commands look at.
#[derive(Clone, Default)]
pub struct Settings {
    /// `GREYLOCK_PIN`, unless it is empty.
    pub pin: Option<Zeroizing<String>>,
    /// Whether somebody can be asked.
    pub can_prompt: bool,
    /// Whether stdout may be coloured.
    pub colour_out: bool,
    /// Whether stderr may be coloured.
    pub colour_err: bool,
    /// What `GREYLOCK_HOST_…` says to `host serve`, by the name behind that; nothing empty.
    pub host: BTreeMap<String, String>,
    /// The same of `GREYLOCK_STATION_…` for `station serve`.
    pub station: BTreeMap<String, String>,
}

impl Settings {
    /// Of the running process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let plain =
            is_set("NO_COLOR") || std::env::var_os("TERM").as_deref() == Some(OsStr::new("dumb"));
        Self {
            pin: std::env::var("GREYLOCK_PIN")
                .ok()
                .filter(|pin| !pin.is_empty())
                .map(Zeroizing::new),
            can_prompt: stdin().is_terminal() && stderr().is_terminal(),
            colour_out: !plain && stdout().is_terminal(),
            colour_err: !plain && stderr().is_terminal(),
            host: variables("GREYLOCK_HOST_"),
            station: variables("GREYLOCK_STATION_"),
        }
    }
}

/// What is set behind a prefix.
fn variables(prefix: &str) -> BTreeMap<String, String> {
    let behind = |(name, value): (OsString, OsString)| {
        let name = name.to_str()?.strip_prefix(prefix)?.to_owned();
        Some((name, value.to_str().filter(|value| !value.is_empty())?.to_owned()))
    };
    std::env::vars_os().filter_map(behind).collect()
}

/// Without the PIN.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("pin", &self.pin.as_ref().map(|_| ".."))
            .field("can_prompt", &self.can_prompt)
            .finish_non_exhaustive()
    }
}
