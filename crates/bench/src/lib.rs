//! The figures of the centre and of a station, each beside its yardstick in the same run. docs/bench.md says what they measure.
//!
//! | module | holds |
//! |---|---|
//! | `world` | made-up keys, cards and PSAMs, and outcomes with the right codes |
//! | `place` | a database of the run's own: a file in a folder, or a new one in a PostgreSQL |
//! | `outcomes` | outcomes made durable, beside the bare insert of the same rows, and where the time goes |
//! | `centre` | the server on a port of this machine, and a client of few words |
//! | `unlocks`, `streams` | an on-line unlock; how soon a record is at a thousand stations |
//! | [`nozzles`] | how long a card waits at a station, alone and while all nozzles are busy |
//! | `between` | a card that escapes at one station and is freed at another one; a look-up among a million |
//! | [`verify`] | codes in bulk, beside OpenSSL's DES and the limit of the processor's ports |
//! | `room` | how many bytes an outcome takes in the books |
//! | `chips` | cards and PSAMs in memory |
//! | `figures` | percentiles, and the figures as they are printed |
#![forbid(unsafe_code)]

mod between;
mod centre;
mod chips;
mod figures;
pub mod nozzles;
mod outcomes;
mod place;
mod room;
mod streams;
mod unlocks;
pub mod verify;
mod world;

use std::sync::Arc;

pub use figures::{Between, Figures, Outcomes, Room, Spread, Streams, Unlocks};
pub use place::Ground;

/// How much is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Outcomes through the desk, and as many over HTTP.
    pub outcomes: usize,
    /// On-line unlocks alone, and as many under load.
    pub unlocks: usize,
    /// Stations that listen.
    pub stations: usize,
    /// Grey records that they hear.
    pub records: usize,
}

/// The figures of two stations over a centre on one kind of database. Journals and lists lie in `folder`.
///
/// # Errors
/// As of [`run`].
pub fn between(
    ground: &Ground,
    escapes: usize,
    folder: &std::path::Path,
) -> Result<Between, BenchError> {
    let vault: store::Vault = Arc::new(world::keys());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    between::run(ground, &vault, escapes, folder, &runtime)
}

/// How many bytes so many outcomes take in the books, each.
///
/// # Errors
/// As of [`run`].
pub fn room(ground: &Ground, outcomes: usize) -> Result<Room, BenchError> {
    let vault: store::Vault = Arc::new(world::keys());
    room::run(ground, &vault, outcomes)
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The database.
    #[error("the database: {0}")]
    Store(#[from] store::StoreError),
    /// A file, a port, a thread.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// What only this program can have caused.
    #[error("{0} went wrong: report this bug")]
    OurBug(&'static str),
    /// A request that was answered with something else than asked for.
    #[error("the server answered {0}")]
    Answer(String),
}

/// All figures of one kind of database.
///
/// # Errors
/// The database, the ports of this machine, or a bug.
pub fn run(ground: &Ground, size: Size) -> Result<Figures, BenchError> {
    let vault: store::Vault = Arc::new(world::keys());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcomes = outcomes::run(ground, &vault, size.outcomes, &runtime)?;
    let unlocks = unlocks::run(ground, &vault, size.unlocks, &runtime)?;
    let streams = streams::run(ground, &vault, (size.stations, size.records), &runtime)?;
    Ok(Figures { database: ground.name(), outcomes, unlocks, streams })
}
