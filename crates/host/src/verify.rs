//! Checking what a station reports against the keys (protocol §9, "What the centre hears").

use crypto::session::Randoms;
use crypto::{Debit, Lock, SessionKey, TacKey, check};
use wire::{Asn, Certified, ClaimedRecord, Delivery, KeyRef, LockTerms, Mac, Scheme};

use crate::case::{HeldRecord, HeldUnproved};
use crate::keys::{KeyKind, KeyVault};
use crate::notice::Code;

/// Highest CTC at which INITIALIZE FOR REFUEL still answers (protocol §2).
const LAST_LOCK_CTC: u16 = 0xFFFD;

/// The lock's codes, recomputed from its terms.
pub(crate) struct Recomputed {
    source: SessionKey,
    tac_key: TacKey,
    lock: Lock,
    scheme: Scheme,
}

impl Recomputed {
    /// SESPK and the lock from the terms; the reason when the vault or the terms do not allow.
    pub(crate) fn new(vault: &impl KeyVault, terms: &LockTerms) -> Result<Self, Code> {
        let KeyRef { version, algorithm } = terms.key;
        let scheme = vault.scheme(version).ok_or(Code::KeyVersionUnknown)?;
        if vault.suite(version) != Some(algorithm) {
            return Err(Code::KeyVersionUnknown);
        }
        let asn = terms.id.asn;
        let dpk = vault.card_key(KeyKind::Mpk, version, asn).ok_or(Code::KeyVersionUnknown)?;
        let dtk = vault.card_key(KeyKind::Mtk, version, asn).ok_or(Code::KeyVersionUnknown)?;
        let (ctc, ttc) = (terms.id.ctc, terms.id.ttc);
        let random = Randoms { icc: terms.icc, ctc, ttc, trn: terms.trn };
        let source = SessionKey::locking_source(&dpk, scheme, &random);
        let lock = Lock {
            scheme,
            purse: terms.id.purse,
            balance: terms.balance,
            ctc,
            icc: terms.icc,
            tid: terms.id.tid,
            ttc,
            date: terms.at.date,
            time: terms.at.time,
        };
        Ok(Self { source, tac_key: dtk.folded(), lock, scheme })
    }

    /// GTAC as the card must have made it.
    pub(crate) fn gtac(&self) -> Mac {
        self.lock.gtac(&self.source, &self.tac_key)
    }

    /// The terms with the scheme of their key. The terminal has the scheme from the card's public
    /// data, which nothing proves: whoever alters them on their way must not cost the station
    /// its record.
    fn repaired(&self, terms: &LockTerms) -> LockTerms {
        LockTerms { scheme: self.scheme, ..*terms }
    }

    fn proves_mac2(&self, mac2: Mac) -> Result<(), Code> {
        check(self.lock.mac2(&self.source), mac2).map(drop).ok_or(Code::Mac2Wrong)
    }

    fn proves_gmac(&self, debit: &Debit, gmac: Mac) -> Result<(), Code> {
        check(debit.gmac(&self.source, self.scheme), gmac).map(drop).ok_or(Code::GmacWrong)
    }
}

/// Checks a claimed record: MAC2, GMAC, SAM TAC and the amounts. A wrong stored GTAC is no
/// reason to reject; the recomputed one is kept.
pub(crate) fn claimed(vault: &impl KeyVault, record: &ClaimedRecord) -> Result<HeldRecord, Code> {
    let ClaimedRecord { terms, certified, delivery, claim } = record;
    let recomputed = sound(vault, terms, certified, delivery)?;
    let debit = debit_of(terms, delivery);
    recomputed.proves_gmac(&debit, claim.gmac)?;
    let dsk = vault.psam_key(terms.id.tid);
    let sam_tac = debit.sam_tac(&dsk, recomputed.scheme, terms.id.asn, terms.id.ctc);
    check(sam_tac, claim.sam_tac).ok_or(Code::SamTacWrong)?;
    let gtac = recomputed.gtac();
    let card_proved = check(gtac, certified.gtac).is_some();
    let terms = recomputed.repaired(terms);
    Ok(HeldRecord { record: ClaimedRecord { terms, ..*record }, gtac, card_proved })
}

/// Checks a delivery without a GMAC; the GTAC it carries proves the card or not, as above.
pub(crate) fn unproved(
    vault: &impl KeyVault,
    held: HeldUnproved,
) -> Result<(HeldUnproved, bool), Code> {
    let recomputed = sound(vault, &held.terms, &held.certified, &held.delivery)?;
    let card_proved = check(recomputed.gtac(), held.certified.gtac).is_some();
    Ok((HeldUnproved { terms: recomputed.repaired(&held.terms), ..held }, card_proved))
}

/// The terms of a notice, with the scheme of their key: no code of a notice proves it either.
pub(crate) fn notice(vault: &impl KeyVault, terms: &LockTerms) -> LockTerms {
    LockTerms { scheme: vault.scheme(terms.key.version).unwrap_or(terms.scheme), ..*terms }
}

fn sound(
    vault: &impl KeyVault,
    terms: &LockTerms,
    certified: &Certified,
    delivery: &Delivery,
) -> Result<Recomputed, Code> {
    if terms.trn.0[0] < 0x80 || terms.id.ctc > LAST_LOCK_CTC || !terms.id.asn.is_bcd() {
        return Err(Code::TermsInconsistent);
    }
    let recomputed = Recomputed::new(vault, terms)?;
    recomputed.proves_mac2(certified.mac2)?;
    if certified.ceiling > terms.balance {
        return Err(Code::CeilingExceedsBalance);
    }
    if delivery.amount > certified.ceiling {
        return Err(Code::AmountExceedsCeiling);
    }
    Ok(recomputed)
}

/// What GMAC, TAC and SAM TAC of a record are made over.
fn debit_of(terms: &LockTerms, delivery: &Delivery) -> Debit {
    Debit {
        purse: terms.id.purse,
        amount: delivery.amount,
        tid: terms.id.tid,
        ttc: terms.id.ttc,
        date: delivery.at.date,
        time: delivery.at.time,
    }
}

/// True when the card made this TAC over the record's debit.
pub(crate) fn tac_of_record(vault: &impl KeyVault, record: &ClaimedRecord, tac: Mac) -> bool {
    is_tac(vault, record.terms.id.asn, &debit_of(&record.terms, &record.delivery), tac)
}

/// True when the card made this TAC. The status of an unread TAC names no key version, so
/// every version in use is tried.
pub(crate) fn is_tac(vault: &impl KeyVault, asn: Asn, debit: &Debit, tac: Mac) -> bool {
    let keys = vault.versions().into_iter().filter_map(|v| vault.card_key(KeyKind::Mtk, v, asn));
    keys.map(|dtk| debit.tac(&dtk.folded())).any(|own| check(own, tac).is_some())
}
