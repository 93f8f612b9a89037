//! Codes computed ahead of the rules: on another thread, before the books are asked.
//!
//! What the rules compare is the same, computed by the same vault from the same report; only when is another matter. A
//! question that was not foreseen goes to the vault.

use std::collections::BTreeMap;

use crypto::online::Unlock;
use crypto::{Debit, Purchase, Transfer};
use wire::{Amount, Asn, Date, Mac, PurchaseTerms, Report, Scheme, Tid, Time, Ttc};

use crate::codes::{
    Codes, LockCodes, LockSource, OnlineSession, RecordCodes, UnlockStand, UpdateStand,
    codes_at_once,
};
use crate::input::Input;
use crate::keys::KeyVault;
use crate::verify;

/// The codes of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Foreseen {
    source: LockSource,
    debit: Debit,
    lock: LockCodes,
    record: RecordCodes,
    tac: Mac,
}

/// The codes that calls will ask for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ahead(BTreeMap<(Tid, Ttc), Foreseen>);

impl Ahead {
    /// Those of the claimed records among these calls. No call is judged here, and none is refused.
    #[must_use]
    pub fn of(vault: &impl KeyVault, inputs: &[Input]) -> Self {
        let foreseen = |input: &Input| {
            let Input::Hear { report: Report::Sale(record, _) | Report::Grey(record), .. } = input
            else {
                return None;
            };
            let source = verify::source_of(vault, &record.terms).ok()?;
            let debit = verify::debit_of(&record.terms, &record.delivery);
            let (lock, record, tac) = codes_at_once(vault, &source, &debit)?;
            Some(((debit.tid, debit.ttc), Foreseen { source, debit, lock, record, tac }))
        };
        Self(inputs.iter().filter_map(foreseen).collect())
    }

    /// What either has.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn of_lock(&self, source: &LockSource) -> Option<&Foreseen> {
        let found = self.0.get(&(source.lock.tid, source.lock.ttc))?;
        (found.source == *source).then_some(found)
    }
}

/// A vault that is asked only for what was not foreseen.
#[derive(Clone, Debug)]
pub struct Informed<V> {
    vault: V,
    ahead: Ahead,
}

impl<V> Informed<V> {
    /// A vault, and what is known of its answers.
    pub const fn new(vault: V, ahead: Ahead) -> Self {
        Self { vault, ahead }
    }
}

impl<V: KeyVault> Codes for Informed<V> {
    fn scheme(&self, version: u8) -> Option<Scheme> {
        Codes::scheme(&self.vault, version)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        Codes::suite(&self.vault, version)
    }

    fn versions(&self) -> Vec<u8> {
        Codes::versions(&self.vault)
    }

    fn lock_codes(&self, source: &LockSource) -> Option<LockCodes> {
        let foreseen = self.ahead.of_lock(source).map(|found| found.lock);
        foreseen.or_else(|| self.vault.lock_codes(source))
    }

    fn record_codes(&self, source: &LockSource, debit: &Debit) -> Option<RecordCodes> {
        let foreseen = self.ahead.of_lock(source).filter(|found| found.debit == *debit);
        foreseen.map(|found| found.record).or_else(|| self.vault.record_codes(source, debit))
    }

    fn tac(&self, version: u8, asn: Asn, debit: &Debit) -> Option<Mac> {
        let found = self.ahead.0.get(&(debit.tid, debit.ttc));
        let same = |found: &&Foreseen| {
            (found.source.version, found.source.asn, found.debit) == (version, asn, *debit)
        };
        found.filter(same).map(|found| found.tac).or_else(|| self.vault.tac(version, asn, debit))
    }

    fn unlock_mac1(&self, session: &OnlineSession, stand: &UnlockStand) -> Option<Mac> {
        self.vault.unlock_mac1(session, stand)
    }

    fn unlock_mac2(&self, session: &OnlineSession, unlock: &Unlock) -> Option<Mac> {
        self.vault.unlock_mac2(session, unlock)
    }

    fn unlock_mac3(
        &self,
        version: u8,
        asn: Asn,
        unlock: &Unlock,
        after: (Amount, u16),
    ) -> Option<Mac> {
        self.vault.unlock_mac3(version, asn, unlock, after)
    }

    fn purchase_tac(&self, version: u8, asn: Asn, purchase: &Purchase) -> Option<Mac> {
        self.vault.purchase_tac(version, asn, purchase)
    }

    fn purchase_mac2(&self, terms: &PurchaseTerms) -> Option<Mac> {
        self.vault.purchase_mac2(terms)
    }

    fn transfer_mac1(
        &self,
        session: &OnlineSession,
        transfer: &Transfer,
        balance: Amount,
    ) -> Option<Mac> {
        self.vault.transfer_mac1(session, transfer, balance)
    }

    fn transfer_mac2(
        &self,
        session: &OnlineSession,
        transfer: &Transfer,
        at: (Date, Time),
    ) -> Option<Mac> {
        self.vault.transfer_mac2(session, transfer, at)
    }

    fn transfer_tac(
        &self,
        version: u8,
        asn: Asn,
        transfer: &Transfer,
        after: (Amount, u16),
        at: (Date, Time),
    ) -> Option<Mac> {
        self.vault.transfer_tac(version, asn, transfer, after, at)
    }

    fn maintenance(
        &self,
        version: u8,
        asn: Asn,
        challenge: [u8; 4],
        header: &[u8; 5],
    ) -> Option<Mac> {
        self.vault.maintenance(version, asn, challenge, header)
    }

    fn update_mac1(&self, session: &OnlineSession, stand: &UpdateStand) -> Option<Mac> {
        self.vault.update_mac1(session, stand)
    }

    fn switch_keys(&self, version: u8, asn: Asn, challenge: [u8; 4], to: u8) -> Option<Mac> {
        self.vault.switch_keys(version, asn, challenge, to)
    }
}
