//! What `station serve` runs on: its configuration, and the station that it makes of it.
//!
//! | module | holds |
//! |---|---|
//! | `file` | the configuration file, as it is written |
//! | `config` | [`Config`]: the same with flags and environment, checked |
//! | `line` | the line to the centre, neighbours and papers |
//! | `pump` | the dispenser of a nozzle, as the configuration names it |
//! | `open` | the station made of all that |

mod config;
mod file;
mod line;
mod open;
mod pump;
#[cfg(test)]
mod tests;

pub(crate) use config::{Config, Door};
pub(crate) use line::renew;
pub(crate) use open::{has_logbook, logbook_of, open, read_parameters};
