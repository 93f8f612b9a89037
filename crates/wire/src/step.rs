//! The journal's entries: the steps of protocol §9, each durable before the act that follows.

use crate::buf::Reader;
use crate::grey_status::GreyStatus;
use crate::ids::{Asn, LockId, Mac, Tid, Ttc};
use crate::purchase::{PurchaseStep, PurchaseTerms};
use crate::record::{
    Certified, Claim, Delivery, Layout, LockTerms, RecordBytes, Tried, decode, encode,
};
use crate::response::PurchaseAnswer;

/// One step of one lock. Steps after the first are found by (TID, TTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// Durable before LOCK goes out.
    LockSent(LockTerms),
    /// Durable before the nozzle opens.
    Locked(Certified),
    /// Durable before the GMAC is asked for.
    Delivered(Delivery),
    /// Durable before DEBIT goes out: the grey record is whole.
    Claimed(Claim),
    /// Durable before the receipt and before TACUF is cleared.
    Settled(Mac),
    /// Durable before the notice goes out: the nozzle never opens on this lock again.
    NoDispense,
    /// The TTC was drawn and LOCK never went out.
    Void,
}

/// One entry of a station's journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Entry {
    /// A step of a lock that this station's PSAM made.
    Lock {
        /// The PSAM's terminal id.
        tid: Tid,
        /// The PSAM's number for the lock.
        ttc: Ttc,
        /// What is now durable.
        step: Step,
    },
    /// A card showed TAC unread (state 10): kept before TACUF is cleared, whosever sale it was.
    TacSeen {
        /// The card.
        asn: Asn,
        /// What it showed, the long form.
        status: GreyStatus,
    },
    /// A card answered 9302 to some record of this lock, which is not named: journals of version 1 and 2. No record of
    /// it is tried again from this station.
    Refused(LockId),
    /// A card answered 9302 to this record: it is never tried again from this station, another of its lock is.
    RefusedRecord {
        /// The lock that the card showed.
        lock: LockId,
        /// What was tried.
        tried: Tried,
    },
    /// The centre has taken everything up to this journal record.
    Reported {
        /// Number of the last journal record that went up.
        through: u64,
    },
    /// A step of a purchase that this station's PSAM opened.
    Purchase {
        /// The PSAM's terminal id.
        tid: Tid,
        /// The PSAM's number for the purchase.
        ttc: Ttc,
        /// What is now durable.
        step: PurchaseStep,
    },
}

impl Entry {
    /// The journal's version that knows this kind of entry: purchases came with version 2, refused records with 3.
    #[must_use]
    pub const fn since_version(&self) -> u8 {
        match self {
            Self::RefusedRecord { .. } => 3,
            Self::Purchase { .. } => 2,
            _ => 1,
        }
    }

    /// The same as a journal of this version holds it, a refused record by its lock where it must be; `None` when it can
    /// hold none.
    #[must_use]
    pub const fn in_version(&self, version: u8) -> Option<Self> {
        match self {
            Self::RefusedRecord { lock, .. } if version < 3 => Some(Self::Refused(*lock)),
            entry if entry.since_version() <= version => Some(*entry),
            _ => None,
        }
    }

    /// Kind 1, then what the kind holds.
    #[must_use]
    pub fn to_bytes(&self) -> RecordBytes {
        encode(self)
    }

    /// `None` when the bytes are no entry.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        decode(bytes)
    }
}

impl Step {
    const fn code(&self) -> u8 {
        match self {
            Self::LockSent(_) => 1,
            Self::Locked(_) => 2,
            Self::Delivered(_) => 3,
            Self::Claimed(_) => 4,
            Self::Settled(_) => 5,
            Self::NoDispense => 6,
            Self::Void => 7,
        }
    }

    /// The name of the step, as protocol §9 has it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LockSent(_) => "lock_sent",
            Self::Locked(_) => "locked",
            Self::Delivered(_) => "delivered",
            Self::Claimed(_) => "claimed",
            Self::Settled(_) => "settled",
            Self::NoDispense => "no_dispense",
            Self::Void => "void",
        }
    }
}

const TAC_SEEN: u8 = 8;
const REFUSED: u8 = 9;
const REPORTED: u8 = 10;
const PURCHASE_SENT: u8 = 11;
const PURCHASED: u8 = 12;
const PURCHASE_VOID: u8 = 13;
const REFUSED_RECORD: u8 = 14;

impl Layout for Entry {
    fn push_to(&self, out: &mut RecordBytes) {
        match self {
            Self::Lock { tid, ttc, step } => {
                out.push(&[step.code()]);
                out.push(&tid.0);
                out.push(&ttc.to_bytes());
                match step {
                    Step::LockSent(terms) => terms.push_to(out),
                    Step::Locked(certified) => certified.push_to(out),
                    Step::Delivered(delivery) => delivery.push_to(out),
                    Step::Claimed(claim) => claim.push_to(out),
                    Step::Settled(tac) => out.push(&tac.0),
                    Step::NoDispense | Step::Void => {}
                }
            }
            Self::TacSeen { asn, status } => {
                out.push(&[TAC_SEEN]);
                out.push(&asn.0);
                out.push(&status.encode());
            }
            Self::Refused(id) => {
                out.push(&[REFUSED]);
                id.push_to(out);
            }
            Self::RefusedRecord { lock, tried } => {
                out.push(&[REFUSED_RECORD]);
                lock.push_to(out);
                tried.push_to(out);
            }
            Self::Reported { through } => {
                out.push(&[REPORTED]);
                out.push(&through.to_be_bytes());
            }
            Self::Purchase { tid, ttc, step } => push_purchase(out, *tid, *ttc, step),
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.u8()? {
            TAC_SEEN => Some(Self::TacSeen {
                asn: Asn(reader.take()?),
                status: GreyStatus::parse(&reader.take::<{ GreyStatus::LONG }>()?)?,
            }),
            REFUSED => Some(Self::Refused(LockId::read(reader)?)),
            REFUSED_RECORD => Some(Self::RefusedRecord {
                lock: LockId::read(reader)?,
                tried: Tried::read(reader)?,
            }),
            REPORTED => Some(Self::Reported { through: reader.u64()? }),
            code @ PURCHASE_SENT..=PURCHASE_VOID => {
                let (tid, ttc) = (Tid(reader.take()?), Ttc(reader.u32()?));
                Some(Self::Purchase { tid, ttc, step: read_purchase(code, reader)? })
            }
            code => {
                let (tid, ttc) = (Tid(reader.take()?), Ttc(reader.u32()?));
                Some(Self::Lock { tid, ttc, step: read_step(code, reader)? })
            }
        }
    }
}

fn push_purchase(out: &mut RecordBytes, tid: Tid, ttc: Ttc, step: &PurchaseStep) {
    out.push(&[match step {
        PurchaseStep::Sent(_) => PURCHASE_SENT,
        PurchaseStep::Paid(_) => PURCHASED,
        PurchaseStep::Void => PURCHASE_VOID,
    }]);
    out.push(&tid.0);
    out.push(&ttc.to_bytes());
    match step {
        PurchaseStep::Sent(terms) => terms.push_to(out),
        PurchaseStep::Paid(answer) => answer.push_to(out),
        PurchaseStep::Void => {}
    }
}

fn read_purchase(code: u8, reader: &mut Reader<'_>) -> Option<PurchaseStep> {
    Some(match code {
        PURCHASE_SENT => PurchaseStep::Sent(PurchaseTerms::read(reader)?),
        PURCHASED => PurchaseStep::Paid(PurchaseAnswer::read(reader)?),
        _ => PurchaseStep::Void,
    })
}

fn read_step(code: u8, reader: &mut Reader<'_>) -> Option<Step> {
    Some(match code {
        1 => Step::LockSent(LockTerms::read(reader)?),
        2 => Step::Locked(Certified::read(reader)?),
        3 => Step::Delivered(Delivery::read(reader)?),
        4 => Step::Claimed(Claim::read(reader)?),
        5 => Step::Settled(Mac(reader.take()?)),
        6 => Step::NoDispense,
        7 => Step::Void,
        _ => return None,
    })
}
