//! Checking what a station reports against the keys (protocol §9, "What the centre hears").

use crypto::{Debit, Lock, check};
use wire::{Asn, Certified, ClaimedRecord, Delivery, KeyRef, LockTerms, Mac};

use crate::case::{HeldRecord, HeldUnproved};
use crate::codes::{Codes, LockCodes, LockSource};
use crate::notice::Code;

/// Highest CTC at which INITIALIZE FOR REFUEL and FOR PURCHASE still answer (protocol §2).
pub(crate) const LAST_LOCK_CTC: u16 = 0xFFFD;

/// A lock with the codes that its card must have made.
pub(crate) struct Recomputed {
    source: LockSource,
    codes: LockCodes,
}

impl Recomputed {
    /// From the terms; the reason when the vault or the terms do not allow. The scheme is the
    /// key's: the terminal has it from the card's public data, which nothing proves.
    pub(crate) fn new(vault: &impl Codes, terms: &LockTerms) -> Result<Self, Code> {
        let source = source_of(vault, terms)?;
        let codes = vault.lock_codes(&source).ok_or(Code::KeyVersionUnknown)?;
        Ok(Self { source, codes })
    }

    /// The terms with the scheme of their key: whoever alters it on its way must not cost the
    /// station its record.
    fn repaired(&self, terms: &LockTerms) -> LockTerms {
        LockTerms { scheme: self.source.lock.scheme, ..*terms }
    }

    fn proves_mac2(&self, mac2: Mac) -> Result<(), Code> {
        check(self.codes.mac2, mac2).map(drop).ok_or(Code::Mac2Wrong)
    }
}

/// Checks a claimed record: MAC2, GMAC, SAM TAC and the amounts. A wrong stored GTAC is no
/// reason to reject; the recomputed one is kept.
pub(crate) fn claimed(vault: &impl Codes, record: &ClaimedRecord) -> Result<HeldRecord, Code> {
    let ClaimedRecord { terms, certified, delivery, claim } = record;
    let recomputed = sound(vault, terms, certified, delivery)?;
    let debit = debit_of(terms, delivery);
    let own = vault.record_codes(&recomputed.source, &debit).ok_or(Code::KeyVersionUnknown)?;
    check(own.gmac, claim.gmac).ok_or(Code::GmacWrong)?;
    check(own.sam_tac, claim.sam_tac).ok_or(Code::SamTacWrong)?;
    let gtac = recomputed.codes.gtac;
    let card_proved = check(gtac, certified.gtac).is_some();
    let terms = recomputed.repaired(terms);
    Ok(HeldRecord { record: ClaimedRecord { terms, ..*record }, gtac, card_proved })
}

/// Checks a delivery without a GMAC; the GTAC it carries proves the card or not, as above.
pub(crate) fn unproved(
    vault: &impl Codes,
    held: HeldUnproved,
) -> Result<(HeldUnproved, bool), Code> {
    let recomputed = sound(vault, &held.terms, &held.certified, &held.delivery)?;
    let card_proved = check(recomputed.codes.gtac, held.certified.gtac).is_some();
    Ok((HeldUnproved { terms: recomputed.repaired(&held.terms), ..held }, card_proved))
}

/// The terms of a notice, with the scheme of their key: no code of a notice proves it either.
pub(crate) fn notice(vault: &impl Codes, terms: &LockTerms) -> LockTerms {
    LockTerms { scheme: vault.scheme(terms.key.version).unwrap_or(terms.scheme), ..*terms }
}

fn sound(
    vault: &impl Codes,
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

/// What the codes of a lock are made from; the reason when the vault does not know the key.
pub(crate) fn source_of(vault: &impl Codes, terms: &LockTerms) -> Result<LockSource, Code> {
    let KeyRef { version, algorithm } = terms.key;
    let scheme = vault.scheme(version).ok_or(Code::KeyVersionUnknown)?;
    if vault.suite(version) != Some(algorithm) {
        return Err(Code::KeyVersionUnknown);
    }
    let lock = Lock {
        scheme,
        purse: terms.id.purse,
        balance: terms.balance,
        ctc: terms.id.ctc,
        icc: terms.icc,
        tid: terms.id.tid,
        ttc: terms.id.ttc,
        date: terms.at.date,
        time: terms.at.time,
    };
    Ok(LockSource { asn: terms.id.asn, version, trn: terms.trn, lock })
}

/// What GMAC, TAC and SAM TAC of a record are made over.
pub(crate) fn debit_of(terms: &LockTerms, delivery: &Delivery) -> Debit {
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
pub(crate) fn tac_of_record(vault: &impl Codes, record: &ClaimedRecord, tac: Mac) -> bool {
    is_tac(vault, record.terms.id.asn, &debit_of(&record.terms, &record.delivery), tac)
}

/// True when the card made this TAC. The status of an unread TAC names no key version, so
/// every version in use is tried.
pub(crate) fn is_tac(vault: &impl Codes, asn: Asn, debit: &Debit, tac: Mac) -> bool {
    let mut own = vault.versions().into_iter().filter_map(|v| vault.tac(v, asn, debit));
    own.any(|own| check(own, tac).is_some())
}
