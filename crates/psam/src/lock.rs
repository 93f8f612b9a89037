//! A pending lock: its terms, which never change, and its progress.

use crypto::{Debit, Lock, SessionKey};
use wire::{
    Amount, Asn, Date, Icc, KeyRef, Mac, Purse, Reader, Scheme, Suite, Tid, Time, Trn, Ttc,
};
use zeroize::Zeroizing;

use crate::layout::Writer;
use crate::progress::{Progress, Service};

/// What INIT SAM GREY LOCK fixed.
///
/// Layout in the image, format 2: TTC 4, ASN 8, purse 1, CTC n 2, ICC 4, balance 4, date 4, time 3, TRN 4,
/// key version 1, algorithm id 1, scheme 1, SESPK 16 (8 and zeros in suite 00).
/// Format 1 has the 8 alone.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) ttc: Ttc,
    pub(crate) asn: Asn,
    pub(crate) purse: Purse,
    /// CTC n.
    pub(crate) ctc: u16,
    pub(crate) icc: Icc,
    pub(crate) balance: Amount,
    pub(crate) date: Date,
    pub(crate) time: Time,
    pub(crate) trn: Trn,
    pub(crate) key: KeyRef,
    pub(crate) scheme: Scheme,
    /// SESPK, the locking card source.
    pub(crate) source: SessionKey,
}

/// A lock that has a slot.
#[derive(Clone)]
pub(crate) struct PendingLock {
    pub(crate) terms: Terms,
    pub(crate) progress: Progress,
}

impl Terms {
    const LEN: usize = 4 + 8 + 1 + 2 + 4 + 4 + 4 + 3 + 4 + 1 + 1 + 1 + SessionKey::STORED;

    /// What MAC1 and MAC2 are made over.
    fn lock(&self, tid: Tid) -> Lock {
        Lock {
            scheme: self.scheme,
            purse: self.purse,
            balance: self.balance,
            ctc: self.ctc,
            icc: self.icc,
            tid,
            ttc: self.ttc,
            date: self.date,
            time: self.time,
        }
    }

    pub(crate) fn mac1(&self, tid: Tid) -> Mac {
        self.lock(tid).mac1(&self.source)
    }

    /// The MAC2 that the card must have answered.
    pub(crate) fn mac2(&self, tid: Tid) -> Mac {
        self.lock(tid).mac2(&self.source)
    }

    /// What GMAC and SAM TAC are made over.
    pub(crate) fn debit(&self, tid: Tid, service: Service) -> Debit {
        Debit {
            purse: self.purse,
            amount: service.amount,
            tid,
            ttc: self.ttc,
            date: service.end.date,
            time: service.end.time,
        }
    }

    /// Whether `ctc` is n + 1, the number of the debit.
    pub(crate) fn is_next(&self, ctc: u16) -> bool {
        self.ctc.checked_add(1) == Some(ctc)
    }

    /// Whether it is a lock of this card and purse.
    pub(crate) fn is_of(&self, asn: Asn, purse: Purse) -> bool {
        (self.asn, self.purse) == (asn, purse)
    }

    fn put(&self, out: &mut Writer<'_>) {
        out.put(&self.ttc.to_bytes());
        out.put(&self.asn.0);
        out.put(&[self.purse.number()]);
        out.put(&self.ctc.to_be_bytes());
        out.put(&self.icc.0);
        out.put(&self.balance.to_bytes());
        out.put(&self.date.to_bytes());
        out.put(&self.time.to_bytes());
        out.put(&self.trn.0);
        out.put(&[self.key.version, self.key.algorithm, self.scheme.byte()]);
        out.put(self.source.store().as_slice());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut terms = Self {
            ttc: Ttc(reader.u32()?),
            asn: Asn(reader.take()?),
            purse: Purse::from_number(reader.u8()?)?,
            ctc: reader.u16()?,
            icc: Icc(reader.take()?),
            balance: Amount::new(reader.u32()?)?,
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            trn: Trn(reader.take()?),
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            scheme: Scheme::from_byte(reader.u8()?)?,
            source: SessionKey::new([0; 8]),
        };
        terms.source = source(terms.key, reader)?;
        Some(terms)
    }
}

/// What is left of a slot is SESPK; that of format 1 is 8 bytes.
fn source(key: KeyRef, reader: &mut Reader<'_>) -> Option<SessionKey> {
    let rest = reader.rest();
    *reader = Reader::new(&[]);
    if let Ok(bytes) = rest.try_into() {
        return Some(SessionKey::new(bytes));
    }
    let stored = Zeroizing::new(rest.try_into().ok()?);
    SessionKey::restore(Suite::from_byte(key.algorithm)?, &stored)
}

impl PendingLock {
    /// Bytes of a slot of format 1.
    pub(crate) const LEN_1: usize = Self::LEN - 8;

    /// Bytes of a slot: progress, then terms; a free slot is all zero.
    pub(crate) const LEN: usize = Progress::LEN + Terms::LEN;

    /// The same lock, further on.
    pub(crate) fn with(&self, progress: Progress) -> Self {
        Self { terms: self.terms.clone(), progress }
    }

    pub(crate) fn put(&self, out: &mut Writer<'_>) {
        out.put(&self.progress.encode());
        self.terms.put(out);
    }

    /// `None` for bytes that are no lock, and for a GMAC above the balance.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let progress = Progress::read(&mut reader)?;
        let lock = Self { terms: Terms::read(&mut reader)?, progress };
        reader.end()?;
        match &lock.progress {
            Progress::Given(given) if given.service().amount > lock.terms.balance => None,
            _ => Some(lock),
        }
    }
}
