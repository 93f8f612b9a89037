//! A change of a purse that is no refuelling: load, unload, purchase, overdraft limit.

use crypto::Agreed;
use wire::files::LogRecord;
use wire::response::Proof;
use wire::{Amount, Date, Limit, Purse, Tag, Tid, Time};

use super::State;
use crate::proofs::Proved;

/// Which number a transaction uses up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sequence {
    /// CTC n; n+1 is next.
    Offline { used: u16, next: u16 },
    /// OTC m; m+1 is next.
    Online { used: u16, next: u16 },
}

/// What a transaction leaves, computed before anything is changed.
pub(crate) struct Booking {
    pub(crate) tag: Tag,
    pub(crate) sequence: Sequence,
    pub(crate) balance_after: Amount,
    pub(crate) limit_after: Limit,
    /// As the log has it.
    pub(crate) amount: Amount,
    pub(crate) tid: Tid,
    pub(crate) date: Date,
    pub(crate) time: Time,
    pub(crate) proof: Proof,
}

impl Sequence {
    const fn used(self) -> u16 {
        match self {
            Self::Offline { used, .. } | Self::Online { used, .. } => used,
        }
    }
}

impl State {
    /// It took effect: money, number, log and proof together; TACUF and the error counter are cleared.
    pub(crate) fn book(&mut self, booking: &Booking, _: Agreed) {
        let purse: Purse = booking.tag.purse;
        let sequence = booking.sequence.used();
        let record = self.purse_mut(purse);
        // The limit as it was: beside the amount of tag 07, the new limit, the log shows both.
        let limit = record.limit;
        record.balance = booking.balance_after;
        record.limit = booking.limit_after;
        match booking.sequence {
            Sequence::Offline { next, .. } => record.ctc = next,
            Sequence::Online { next, .. } => record.otc = next,
        }
        let Booking { tag, amount, tid, date, time, proof, .. } = *booking;
        self.log.append(LogRecord { sequence, limit, amount, tag, tid, date, time });
        self.proofs.keep(tag, Proved { sequence, proof });
        self.clear_unread();
        self.error_counter = 0;
    }
}
