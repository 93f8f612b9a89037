//! What `host serve` runs on: its configuration, its log, and who is let in; log, entrance and signals are `station
//! serve`'s, too.

mod config;
mod entrance;
mod given;
mod logs;
mod running;
#[cfg(test)]
mod tests;

pub(crate) use config::{Config, Door, LogFormat, level, log_format, loopback};
pub(crate) use entrance::{operator_token, read_tls, telling};
pub(crate) use given::Given;
pub(crate) use logs::Logs;
pub(crate) use running::{Signals, Told, listen, system, until};
