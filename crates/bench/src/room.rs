//! How many bytes an outcome takes in the books, its indexes, ledger and journal of events included.

use std::sync::Arc;

use host::Input;
use store::{Desk, Place, Rows, Vault};

use crate::BenchError;
use crate::figures::{Room, round};
use crate::outcomes::BATCH;
use crate::place::{Fresh, Ground};
use crate::unlocks::tell;
use crate::world::{World, heard};

/// PSAMs of a station that report in turn.
const PSAMS: usize = 256;

/// The books of so many sales of cards that refuel four times each, one batch after the other: their size before the first
/// outcome and after the last.
pub(crate) fn run(ground: &Ground, vault: &Vault, count: usize) -> Result<Room, BenchError> {
    let cards = count.div_ceil(4).max(1);
    let mut world = World::new(cards, PSAMS);
    let registrations = world.registrations()?;
    let mut inputs: Vec<Input> = Vec::with_capacity(count);
    for place in 0..count {
        inputs.push(heard(world.sale(place % cards, place / 16 % PSAMS)?)?);
    }
    let fresh = ground.fresh()?;
    write(&fresh, vault, |desk| tell(desk, &registrations))?;
    let (bytes, rows) = (fresh.bytes()?, Rows::of(&fresh.place)?.count());
    write(&fresh, vault, |desk| {
        for batch in inputs.chunks(BATCH) {
            if desk.apply(batch.to_vec())?.iter().any(Result::is_err) {
                return Err(BenchError::OurBug("an outcome"));
            }
        }
        Ok(())
    })?;
    let (after, rows_after) = (fresh.bytes()?, Rows::of(&fresh.place)?.count());
    let each = |from: u64, to: u64| {
        let (grown, count) = (u32::try_from(to.saturating_sub(from)), u32::try_from(count));
        round(f64::from(grown.unwrap_or(u32::MAX)) / f64::from(count.unwrap_or(u32::MAX).max(1)))
    };
    Ok(Room {
        database: ground.name(),
        count,
        bytes_per_outcome: each(bytes, after),
        rows_per_outcome: each(rows as u64, rows_after as u64),
    })
}

/// A desk of its own, closed behind it: nothing is left in a log beside the database.
fn write(
    fresh: &Fresh,
    vault: &Vault,
    act: impl FnOnce(&Desk) -> Result<(), BenchError>,
) -> Result<(), BenchError> {
    let desk = Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?;
    act(&desk)
}

fn bytes_at(url: &str) -> Result<u64, BenchError> {
    let failed = |error: postgres::Error| BenchError::Io(std::io::Error::other(error));
    let mut client = postgres::Client::connect(url, postgres::NoTls).map_err(failed)?;
    let row = client.query_one("SELECT pg_database_size(current_database())", &[]);
    let bytes: i64 = row.map_err(failed)?.try_get(0).map_err(failed)?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

impl Fresh {
    /// How large the database is, on its disk.
    fn bytes(&self) -> Result<u64, BenchError> {
        match &self.place {
            Place::Sqlite(path) => Ok(std::fs::metadata(path)?.len()),
            Place::Postgres(url) => bytes_at(url),
        }
    }
}
