//! Everything that may happen to an image and a log, tried in turn.
//!
//! Each test prints how many cases it went through: `cargo test -p nvm -- --nocapture`.

#[cfg(test)]
mod common;

#[cfg(test)]
mod clean;
#[cfg(test)]
mod commit_tears;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod format_tears;
#[cfg(test)]
mod frozen;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod log_damage;
#[cfg(test)]
mod log_stale;
#[cfg(test)]
mod log_tears;
#[cfg(test)]
mod memory;
