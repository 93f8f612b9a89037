//! What `host serve` runs on: its configuration, its log, and who is let in.

mod config;
mod entrance;
mod given;
mod logs;
#[cfg(test)]
mod tests;

pub(crate) use config::{Config, Door, LogFormat};
pub(crate) use entrance::{operator_token, read_tls, telling};
pub(crate) use given::Given;
pub(crate) use logs::Logs;
