//! The codes of a part of the day, and its rows.

use crypto::bulk::{Batch, Bulk, Codes, Record};
use crypto::online::Unlock;
use host::{KeyKind, KeyVault, MainKeys};
use wire::{Amount, Date, Time};

use super::block::{Block, Fate, Forged, Lock, Saying};
use super::truth::{End, Truth};
use crate::outcome::{Kind, Outcome, bits};

/// What codes are made with.
pub(super) struct Tools<'a> {
    pub(super) main: &'a MainKeys,
    /// For each thread the keys of all versions, made ready.
    pub(super) bulks: &'a mut [Vec<Bulk>],
}

/// Every row of a part, whole.
pub(super) fn rows(block: &Block, tools: &mut Tools<'_>) -> Vec<Outcome> {
    let codes = codes_of(&block.locks, tools.bulks);
    let row = |saying: &Saying| {
        let place = saying.lock();
        let lock = block.locks.get(place)?;
        let codes = codes.get(place)?;
        Some(match *saying {
            Saying::Reported(_) => reported(lock, codes),
            Saying::Upgraded(_) => {
                let tac = Some(bits(codes.tac));
                Outcome { kind: Kind::Sale.number(), tac, ..reported(lock, codes) }
            }
            Saying::TacSeen(_, station) => tac_seen(lock, codes, station),
            Saying::Online(_, station) => unlocked(lock, station, tools.main),
        })
    };
    block.rows.iter().filter_map(row).collect()
}

/// The codes of every lock that has some, in the order of locks. The locks are shared out in runs, so that it does not
/// matter how many threads there are.
fn codes_of(locks: &[Lock], bulks: &mut [Vec<Bulk>]) -> Vec<Codes> {
    let mut codes = vec![Codes::ZERO; locks.len()];
    let run = locks.len().div_ceil(bulks.len().max(1)).max(1);
    std::thread::scope(|scope| {
        for ((locks, codes), bulks) in locks.chunks(run).zip(codes.chunks_mut(run)).zip(bulks) {
            scope.spawn(|| codes_of_run(locks, codes, bulks));
        }
    });
    codes
}

fn codes_of_run(locks: &[Lock], codes: &mut [Codes], bulks: &mut [Bulk]) {
    for (at, bulk) in bulks.iter_mut().enumerate() {
        let of_version = |(place, lock): (usize, &Lock)| {
            let coded = !matches!(lock.fate, Fate::NoDispense | Fate::Void) && lock.version == at;
            let record = if coded { lock.outcome.record() } else { None };
            record.map(|record| (place, record))
        };
        let found = locks.iter().enumerate().filter_map(of_version);
        let (places, records): (Vec<usize>, Vec<Record>) = found.unzip();
        let mut made = vec![Codes::ZERO; records.len()];
        let mut batch = Batch::with_capacity(records.len());
        records.iter().for_each(|record| batch.push(record));
        bulk.codes(&batch, &mut made);
        for (place, made) in places.into_iter().zip(made) {
            if let Some(codes) = codes.get_mut(place) {
                *codes = made;
            }
        }
    }
}

fn reported(lock: &Lock, codes: &Codes) -> Outcome {
    let outcome = lock.outcome;
    let (mac2, gtac) = (bits(codes.mac2), bits(codes.gtac));
    let mut row = match lock.fate {
        Fate::NoDispense | Fate::Void => return outcome,
        Fate::Unproved => return Outcome { mac2, gtac, ..outcome },
        _ => {
            let (gmac, sam_tac) = (bits(codes.gmac), bits(codes.sam_tac));
            let tac = (lock.fate == Fate::Sale).then(|| bits(codes.tac));
            Outcome { mac2, gtac, gmac, sam_tac, tac, ..outcome }
        }
    };
    // One bit of the code, which one by the lock's own numbers.
    let wrong = 1 << (outcome.icc % 32);
    match lock.forged {
        None => {}
        Some(Forged::Mac2) => row.mac2 ^= wrong,
        Some(Forged::Gtac) => row.gtac ^= wrong,
        Some(Forged::Gmac) => row.gmac ^= wrong,
        Some(Forged::SamTac) => row.sam_tac ^= wrong,
        Some(Forged::Tac) => row.tac = row.tac.map(|tac| tac ^ wrong),
    }
    row
}

fn tac_seen(lock: &Lock, codes: &Codes, station: u32) -> Outcome {
    let Outcome { asn, purse, ctc, tid, ttc, amount, end_date, end_time, .. } = lock.outcome;
    Outcome {
        station,
        kind: Kind::TacSeen.number(),
        asn,
        purse,
        ctc,
        tid,
        ttc,
        amount,
        end_date,
        end_time,
        tac: Some(bits(codes.tac)),
        ..Outcome::default()
    }
}

fn unlocked(lock: &Lock, station: u32, main: &MainKeys) -> Outcome {
    let Outcome { asn, purse, ctc, tid, ttc, amount, .. } = lock.outcome;
    Outcome {
        station,
        kind: Kind::OnlineUnlock.number(),
        asn,
        purse,
        ctc,
        tid,
        ttc,
        amount,
        tac: mac3(lock, station, main),
        ..Outcome::default()
    }
}

/// MAC3 of the unlock at the station's first PSAM, a second after the service ended, under the card's first OTC.
fn mac3(lock: &Lock, station: u32, main: &MainKeys) -> Option<u32> {
    let row = &lock.outcome;
    let record = row.record()?;
    let tid = Outcome { tid: (u64::from(station) << 16) | 1, ..Outcome::default() }.tid()?;
    let (date, time): (Date, Time) = (record.end_date, record.end_time);
    let unlock = Unlock { purse: record.purse, amount: record.amount, tid, date, time };
    let after: Amount = record.balance.checked_sub(record.amount)?;
    let key = main.card_key(KeyKind::Mtk, row.key_version, record.asn)?.folded();
    Some(bits(unlock.mac3(&key, after, 0)))
}

/// Adds what is right about a part.
pub(super) fn tell(block: &Block, rows: &[Outcome], before: u32, truth: &mut Truth) {
    for row in rows {
        if let Some(kind) = row.kind() {
            *truth.rows.entry(kind.name()).or_default() += 1;
        }
        truth.late += u64::from(row.end_date == before);
    }
    truth.duplicates += block.duplicates;
    for lock in &block.locks {
        if let Some(forged) = lock.forged {
            *truth.forged.entry(forged.name()).or_default() += 1;
        }
        if let Some(end) = end_of(block, lock) {
            truth.add(lock.outcome.station, end, lock.outcome.amount);
        }
    }
}

/// How a lock must be found to have ended; `None` for one on which nothing flowed.
fn end_of(block: &Block, lock: &Lock) -> Option<End> {
    match lock.forged {
        Some(Forged::Mac2 | Forged::Gmac | Forged::SamTac) => return Some(End::Quarantined),
        // A wrong GTAC by itself rejects no record, and with a wrong TAC it is a grey one (protocol §9).
        Some(Forged::Tac) => return Some(by_succession(lock)),
        Some(Forged::Gtac) | None => {}
    }
    Some(match lock.fate {
        Fate::NoDispense | Fate::Void => return None,
        // Both are proved; the one with the lower lock id counts (protocol §12).
        Fate::Sale => match lock.twin.and_then(|twin| block.locks.get(twin)) {
            Some(twin) if id(twin) < id(lock) => End::Loss,
            _ => End::Sale,
        },
        Fate::Upgraded => End::Sale,
        Fate::TacSeen => End::TacSeen,
        Fate::Online => End::Online,
        Fate::Lost => by_succession(lock),
        Fate::Open => End::Pending,
        Fate::Unproved => End::Unproved,
    })
}

const fn id(lock: &Lock) -> (u64, u32) {
    (lock.outcome.tid, lock.outcome.ttc)
}

/// The card came back and proved a later number, or did not.
const fn by_succession(lock: &Lock) -> End {
    if lock.next.is_some() { End::Succession } else { End::Pending }
}
