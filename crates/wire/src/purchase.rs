//! What a terminal keeps of one purchase (protocol §7, §9): its terms, and what the card answered.

use crate::amount::{Amount, Limit};
use crate::bcd::Stamp;
use crate::buf::Reader;
use crate::ids::{Icc, LockId, Mac};
use crate::key::KeyRef;
use crate::record::{Layout, RecordBytes};
use crate::response::PurchaseAnswer;

/// What `purchase_sent` holds: everything that names a purchase and makes its codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PurchaseTerms {
    /// Its name, as of a lock. CTC n is the only number that it uses.
    pub id: LockId,
    /// The card's random number.
    pub icc: Icc,
    /// What is paid.
    pub amount: Amount,
    /// The balance that the card answered at INITIALIZE: no code of a purchase proves it.
    pub balance: Amount,
    /// The overdraft limit that it answered, for information.
    pub limit: Limit,
    /// Date and time of DEBIT FOR PURCHASE.
    pub at: Stamp,
    /// The consumption key.
    pub key: KeyRef,
}

/// One step of one purchase. Steps after the first are found by (TID, TTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PurchaseStep {
    /// Durable before DEBIT FOR PURCHASE goes out.
    Sent(PurchaseTerms),
    /// Durable before the goods are given: what the card answered, or showed afterwards.
    Paid(PurchaseAnswer),
    /// The card did not carry it out, and will not any more.
    Void,
}

impl PurchaseStep {
    /// The name of the step, as protocol §9 has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => "purchase_sent",
            Self::Paid(_) => "purchased",
            Self::Void => "purchase_void",
        }
    }
}

impl Layout for PurchaseTerms {
    /// Id 21, ICC 4, amount 4, balance 4, limit 3, date 4, time 3, UTC offset 2, key version 1,
    /// algorithm 1.
    fn push_to(&self, out: &mut RecordBytes) {
        self.id.push_to(out);
        out.push(&self.icc.0);
        out.push(&self.amount.to_bytes());
        out.push(&self.balance.to_bytes());
        out.push(&self.limit.to_bytes());
        self.at.push_to(out);
        out.push(&[self.key.version, self.key.algorithm]);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: LockId::read(reader)?,
            icc: Icc(reader.take()?),
            amount: Amount::new(reader.u32()?)?,
            balance: Amount::new(reader.u32()?)?,
            limit: Limit::from_bytes(reader.take()?),
            at: Stamp::read(reader)?,
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
        })
    }
}

impl Layout for PurchaseAnswer {
    /// TAC 4, MAC2 4, as the card answers them.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.encode());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { tac: Mac(reader.take()?), mac2: Mac(reader.take()?) })
    }
}
