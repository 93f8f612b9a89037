//! Codes computed ahead of the rules: on another thread, before the books are asked.
//!
//! What the rules compare is the same, computed by the same vault from the same report; only when is another matter. A
//! question that was not foreseen goes to the vault.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crypto::bulk::{self, Batch, Bulk, Engine, Record};
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

/// Fewer records than this are computed one by one: an engine takes as long for one record as for all its lanes.
const FEW: usize = 16;

/// What the codes of one record are made over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Asked {
    source: LockSource,
    debit: Debit,
}

/// The codes of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Foreseen {
    asked: Asked,
    lock: LockCodes,
    record: RecordCodes,
    tac: Mac,
}

/// Keys made ready for an engine, each version once: for whoever computes codes of many records time and again. For one
/// thread; a version keeps its keys, and a new one gets its own.
#[derive(Debug)]
pub struct Together {
    engine: Engine,
    /// Fewer records are computed one by one.
    few: usize,
    ready: BTreeMap<u8, Bulk>,
}

impl Default for Together {
    /// By the best engine of this processor, where it is worth it.
    fn default() -> Self {
        let engine = Engine::best();
        let few = if engine.lanes() > 1 { FEW } else { usize::MAX };
        Self { engine, few, ready: BTreeMap::new() }
    }
}

impl Together {
    /// By this engine, however few the records are.
    #[must_use]
    pub const fn by(engine: Engine) -> Self {
        Self { engine, few: 0, ready: BTreeMap::new() }
    }

    /// `None` where so many are better computed one by one, or the vault lends no keys.
    fn of(&mut self, vault: &impl KeyVault, version: u8, records: usize) -> Option<&mut Bulk> {
        if records < self.few {
            return None;
        }
        match self.ready.entry(version) {
            Entry::Occupied(ready) => Some(ready.into_mut()),
            Entry::Vacant(room) => {
                let keys = vault.bulk_keys(version)?;
                Some(room.insert(Bulk::new(self.engine, &keys)))
            }
        }
    }
}

/// The codes that calls will ask for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ahead(BTreeMap<(Tid, Ttc), Foreseen>);

impl Ahead {
    /// Those of the claimed records among these calls. No call is judged here, and none is refused.
    #[must_use]
    pub fn of<'a>(vault: &impl KeyVault, inputs: impl IntoIterator<Item = &'a Input>) -> Self {
        let mut ahead = Self::default();
        ahead.add(&mut Together::default(), vault, inputs);
        ahead
    }

    /// Those of them that this vault computes one by one, or that this processor has no lanes for: whoever hands calls
    /// in does it. The others are left to [`Self::add`] for many calls together.
    #[must_use]
    pub fn one_by_one<'a>(
        vault: &impl KeyVault,
        inputs: impl IntoIterator<Item = &'a Input>,
    ) -> Self {
        let lanes = Engine::best().lanes() > 1;
        let mut left: BTreeMap<u8, bool> = BTreeMap::new();
        let mut ahead = Self::default();
        for asked in inputs.into_iter().filter_map(|input| Asked::by(vault, input)) {
            let version = asked.source.version;
            let in_bulk = || lanes && vault.in_bulk(version);
            if !*left.entry(version).or_insert_with(in_bulk) {
                ahead.compute(vault, &[asked]);
            }
        }
        ahead
    }

    /// Adds those that are not there yet, all records of a key version together where that is worth it.
    pub fn add<'a>(
        &mut self,
        together: &mut Together,
        vault: &impl KeyVault,
        inputs: impl IntoIterator<Item = &'a Input>,
    ) {
        for (version, asked) in self.new_of_each_version(vault, inputs) {
            match together.of(vault, version, asked.len()) {
                Some(bulk) => self.compute_together(bulk, &asked),
                None => self.compute(vault, &asked),
            }
        }
    }

    fn new_of_each_version<'a>(
        &self,
        vault: &impl KeyVault,
        inputs: impl IntoIterator<Item = &'a Input>,
    ) -> BTreeMap<u8, Vec<Asked>> {
        let mut versions: BTreeMap<u8, Vec<Asked>> = BTreeMap::new();
        for asked in inputs.into_iter().filter_map(|input| Asked::by(vault, input)) {
            if self.0.get(&asked.number()).is_none_or(|found| found.asked != asked) {
                versions.entry(asked.source.version).or_default().push(asked);
            }
        }
        versions
    }

    /// Of how many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where nothing is foreseen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What either has.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn compute(&mut self, vault: &impl KeyVault, asked: &[Asked]) {
        for asked in asked.iter().copied() {
            if let Some((lock, record, tac)) = codes_at_once(vault, &asked.source, &asked.debit) {
                self.0.insert(asked.number(), Foreseen { asked, lock, record, tac });
            }
        }
    }

    fn compute_together(&mut self, bulk: &mut Bulk, asked: &[Asked]) {
        let mut batch = Batch::with_capacity(asked.len());
        asked.iter().for_each(|asked| batch.push(&asked.record()));
        let mut codes = vec![bulk::Codes::ZERO; asked.len()];
        bulk.codes(&batch, &mut codes);
        for (asked, codes) in asked.iter().copied().zip(codes) {
            let bulk::Codes { mac2, gtac, gmac, sam_tac, tac } = codes;
            let (lock, record) = (LockCodes { mac2, gtac }, RecordCodes { gmac, sam_tac });
            self.0.insert(asked.number(), Foreseen { asked, lock, record, tac });
        }
    }

    fn of_lock(&self, source: &LockSource) -> Option<&Foreseen> {
        let found = self.0.get(&(source.lock.tid, source.lock.ttc))?;
        (found.asked.source == *source).then_some(found)
    }
}

impl Asked {
    /// `None` where a call has no claimed record, or names a key that is not there.
    fn by(vault: &impl KeyVault, input: &Input) -> Option<Self> {
        let Input::Hear { report: Report::Sale(record, _) | Report::Grey(record), .. } = input
        else {
            return None;
        };
        let source = verify::source_of(vault, &record.terms).ok()?;
        Some(Self { source, debit: verify::debit_of(&record.terms, &record.delivery) })
    }

    const fn number(&self) -> (Tid, Ttc) {
        (self.debit.tid, self.debit.ttc)
    }

    /// The scheme is that of the keys.
    const fn record(&self) -> Record {
        let LockSource { asn, trn, lock, .. } = self.source;
        Record {
            asn,
            purse: lock.purse,
            ctc: lock.ctc,
            tid: lock.tid,
            ttc: lock.ttc,
            icc: lock.icc,
            trn,
            balance: lock.balance,
            lock_date: lock.date,
            lock_time: lock.time,
            amount: self.debit.amount,
            end_date: self.debit.date,
            end_time: self.debit.time,
        }
    }
}

/// A vault that is asked only for what was not foreseen.
#[derive(Clone, Copy, Debug)]
pub struct Informed<'a, V> {
    vault: V,
    ahead: &'a Ahead,
}

impl<'a, V> Informed<'a, V> {
    /// A vault, and what is known of its answers.
    pub const fn new(vault: V, ahead: &'a Ahead) -> Self {
        Self { vault, ahead }
    }
}

impl<V: KeyVault> Codes for Informed<'_, V> {
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
        let foreseen = self.ahead.of_lock(source).filter(|found| found.asked.debit == *debit);
        foreseen.map(|found| found.record).or_else(|| self.vault.record_codes(source, debit))
    }

    fn tac(&self, version: u8, asn: Asn, debit: &Debit) -> Option<Mac> {
        let found = self.ahead.0.get(&(debit.tid, debit.ttc));
        let same = |found: &&Foreseen| {
            let Asked { source, debit: of } = &found.asked;
            (source.version, source.asn, of) == (version, asn, debit)
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
