//! Codes without ciphers: a code is who made it, and over what.
//!
//! Two codes are equal when key and input are. Nobody can present a code that no holder of its
//! key has made: a shim has made-up ones, which equal nothing, and those that it has heard.
//! The inputs are the real ones, so two layouts that could be taken for each other would be here
//! too. What is left out is chance: four bytes that fit by accident.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crypto::online::{self, Unlock};
use crypto::{Debit, Lock};
use host::{Codes, LockCodes, LockSource, OnlineSession, RecordCodes, UnlockStand, UpdateStand};
use wire::{Amount, Asn, Icc, Mac, Scheme, Tid};

/// The only key version here.
pub(crate) const VERSION: u8 = 1;
/// A code that nobody made.
pub(crate) const MADE_UP: Mac = Mac([0xFF; 4]);

/// Who can make a code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Holder {
    /// Card, PSAM and centre: the locking card source of claims 6 to 8.
    Source(Asn, Icc, u16, [u8; 2]),
    /// The card and the centre: the locking source and the TAC key together.
    SourceAndTac(Asn, Icc, u16, [u8; 2]),
    /// The card and the centre.
    Tac(Asn),
    /// The PSAM and the centre.
    Psam(Tid),
    /// The card and the centre, in one on-line session.
    Online(Asn, Icc, u16),
    /// The card and the centre, over a challenge.
    Maintenance(Asn, [u8; 4]),
}

/// A code: who, and over what.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Made {
    by: Holder,
    over: Vec<u8>,
}

static MADE: LazyLock<Mutex<HashMap<Made, u32>>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has looked up already.
    static KNOWN: RefCell<HashMap<Made, u32>> = RefCell::default();
}

/// The four bytes that stand for a code: the same for the same, another for another.
fn made(by: Holder, over: &[u8]) -> Mac {
    let made = Made { by, over: over.to_vec() };
    let known = KNOWN.with_borrow(|known| known.get(&made).copied());
    let number = known.unwrap_or_else(|| {
        let mut table = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let next = u32::try_from(table.len()).unwrap_or(u32::MAX).saturating_add(1);
        let number = *table.entry(made.clone()).or_insert(next);
        drop(table);
        KNOWN.with_borrow_mut(|known| known.insert(made, number));
        number
    });
    Mac(number.to_be_bytes())
}

const fn source(asn: Asn, lock: &Lock) -> Holder {
    Holder::Source(asn, lock.icc, lock.ctc, lock.ttc.low())
}

/// MAC1 of a lock: the PSAM proves itself.
pub(crate) fn mac1(asn: Asn, lock: &Lock) -> Mac {
    made(source(asn, lock), &lock.mac1_input())
}

/// MAC2 and GTAC of a lock.
pub(crate) fn of_lock(asn: Asn, lock: &Lock) -> LockCodes {
    let both = Holder::SourceAndTac(asn, lock.icc, lock.ctc, lock.ttc.low());
    LockCodes {
        mac2: made(source(asn, lock), &lock.mac2_input()),
        gtac: made(both, &lock.gtac_inner_input()),
    }
}

/// GMAC of a debit under a lock.
pub(crate) fn gmac(asn: Asn, lock: &Lock, debit: &Debit) -> Mac {
    made(source(asn, lock), &debit.gmac_input(lock.scheme))
}

/// SAM TAC of a debit under a lock.
pub(crate) fn sam_tac(asn: Asn, lock: &Lock, debit: &Debit) -> Mac {
    made(Holder::Psam(lock.tid), &debit.sam_tac_input(lock.scheme, asn, lock.ctc))
}

/// TAC of a debit.
pub(crate) fn tac(asn: Asn, debit: &Debit) -> Mac {
    made(Holder::Tac(asn), &debit.tac_input())
}

const fn session(session: &OnlineSession) -> Holder {
    Holder::Online(session.asn, session.icc, session.otc)
}

/// MAC1 of an on-line unlock.
pub(crate) fn unlock_mac1(of: &OnlineSession, stand: &UnlockStand) -> Mac {
    let input = online::mac1_input(stand.balance, stand.ctc, stand.purse, stand.tid);
    made(session(of), &input)
}

/// MAC2 of an on-line unlock.
pub(crate) fn unlock_mac2(of: &OnlineSession, unlock: &Unlock) -> Mac {
    made(session(of), &unlock.mac2_input())
}

/// MAC3 of an on-line unlock.
pub(crate) fn unlock_mac3(asn: Asn, unlock: &Unlock, (after, otc): (Amount, u16)) -> Mac {
    made(Holder::Tac(asn), &unlock.mac3_input(after, otc))
}

/// The centre's view of all that.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Vault;

const fn known(version: u8) -> Option<()> {
    if version == VERSION { Some(()) } else { None }
}

impl Codes for Vault {
    fn scheme(&self, version: u8) -> Option<Scheme> {
        known(version).map(|()| Scheme::Seed)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        known(version).map(|()| wire::key::SUITE_3DES)
    }

    fn versions(&self) -> Vec<u8> {
        vec![VERSION]
    }

    fn lock_codes(&self, source: &LockSource) -> Option<LockCodes> {
        known(source.version).map(|()| of_lock(source.asn, &source.lock))
    }

    fn record_codes(&self, source: &LockSource, debit: &Debit) -> Option<RecordCodes> {
        let LockSource { asn, version, lock, .. } = source;
        known(*version).map(|()| RecordCodes {
            gmac: gmac(*asn, lock, debit),
            sam_tac: sam_tac(*asn, lock, debit),
        })
    }

    fn tac(&self, version: u8, asn: Asn, debit: &Debit) -> Option<Mac> {
        known(version).map(|()| tac(asn, debit))
    }

    fn unlock_mac1(&self, session: &OnlineSession, stand: &UnlockStand) -> Option<Mac> {
        known(session.version).map(|()| unlock_mac1(session, stand))
    }

    fn unlock_mac2(&self, session: &OnlineSession, unlock: &Unlock) -> Option<Mac> {
        known(session.version).map(|()| unlock_mac2(session, unlock))
    }

    fn unlock_mac3(
        &self,
        version: u8,
        asn: Asn,
        unlock: &Unlock,
        after: (Amount, u16),
    ) -> Option<Mac> {
        known(version).map(|()| unlock_mac3(asn, unlock, after))
    }

    fn maintenance(
        &self,
        version: u8,
        asn: Asn,
        challenge: [u8; 4],
        header: &[u8; 5],
    ) -> Option<Mac> {
        known(version).map(|()| made(Holder::Maintenance(asn, challenge), header))
    }

    /// There is one version: no card goes anywhere, and none is asked which one it uses.
    fn update_mac1(&self, _: &OnlineSession, _: &UpdateStand) -> Option<Mac> {
        None
    }

    fn switch_keys(&self, _: u8, _: Asn, _: [u8; 4], _: u8) -> Option<Mac> {
        None
    }
}
