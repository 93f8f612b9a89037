//! What a change did, and who says so.

use wire::files::LogRecord;
use wire::{Asn, Date, GreyState, GreyStatus, Kind, Tid, Time, Ttc};

use crate::facts::{CardFacts, HostChange, PurchaseFacts, SettledBy};
use crate::index::Change;
use crate::known::{Known, cents};

/// A debit as a card showed it: in its log, or in a status that a journal kept. A purchase
/// may also come from a journal or the centre, which have its TAC.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// The card's or the journal's name.
    pub(crate) by: &'a str,
    /// Debit, unlock or purchase.
    pub(crate) kind: Kind,
    pub(crate) amount: i64,
    pub(crate) tid: Tid,
    /// Where it is known; of the lock.
    pub(crate) ttc: Option<Ttc>,
    /// Where it is known.
    pub(crate) at: Option<(Date, Time)>,
}

/// The money that one change took from a purse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Debit {
    pub(crate) kind: Kind,
    pub(crate) amount: i64,
}

/// A load, an unload or a change of the limit.
#[derive(Clone, Copy)]
pub(crate) struct OnlineChange {
    pub(crate) kind: Kind,
    pub(crate) amount: i64,
    /// The card's own log shows it.
    pub(crate) in_log: bool,
}

impl<'a> Seen<'a> {
    /// `None` for a change that goes by its OTC. Both debits are logged under n + 1, a
    /// purchase under n (protocol §2, §7).
    pub(crate) fn in_log(card: &'a CardFacts, record: &LogRecord) -> Option<(Change, Self)> {
        let kind = record.tag.kind;
        let first = match kind {
            Kind::Debit | Kind::Unlock => record.sequence.checked_sub(1)?,
            Kind::Purchase => record.sequence,
            _ => return None,
        };
        let seen = Self {
            by: &card.name,
            kind,
            amount: cents(record.amount),
            tid: record.tid,
            ttc: None,
            at: Some((record.date, record.time)),
        };
        Some(((card.asn, record.tag.purse, first), seen))
    }

    /// `None` unless the status shows a debit.
    pub(crate) fn in_status(
        journal: &'a str,
        asn: Asn,
        status: &GreyStatus,
    ) -> Option<(Change, Self)> {
        let (kind, ttc) = match status.state {
            GreyState::Debited => (Kind::Debit, status.more.map(|more| more.ttc)),
            GreyState::UnlockedOnline => (Kind::Unlock, None),
            GreyState::Unlocked | GreyState::Grey => return None,
        };
        let seen = Self {
            by: journal,
            kind,
            amount: cents(status.amount()?),
            tid: status.tid,
            ttc,
            at: Some((status.date, status.time)),
        };
        Some(((asn, status.purse, status.ctc.checked_sub(2)?), seen))
    }

    pub(crate) fn purchase(by: &'a str, purchase: &PurchaseFacts) -> Self {
        Self {
            by,
            kind: Kind::Purchase,
            amount: cents(purchase.amount),
            tid: purchase.id.tid,
            ttc: Some(purchase.id.ttc),
            at: None,
        }
    }

    pub(crate) const fn debit(&self) -> Debit {
        Debit { kind: self.kind, amount: self.amount }
    }

    /// The first difference to what somebody else showed of the same change.
    pub(crate) fn differs(&self, other: &Self) -> Option<&'static str> {
        let time_differs = matches!((self.at, other.at), (Some(one), Some(two)) if one != two);
        match () {
            () if self.kind != other.kind => Some("kind"),
            () if self.amount != other.amount => Some("amount"),
            () if self.tid != other.tid => Some("terminal"),
            () if time_differs => Some("date or time"),
            () => None,
        }
    }
}

impl Debit {
    /// How many numbers it takes: lock and debit two, a purchase one.
    pub(crate) const fn width(self) -> u16 {
        if matches!(self.kind, Kind::Purchase) { 1 } else { 2 }
    }

    pub(crate) fn confirmed(lock: &Known<'_>) -> Option<Self> {
        let decision = lock.confirmed()?;
        Some(Self { kind: Kind::Unlock, amount: cents(decision.amount) })
    }

    pub(crate) fn settled(lock: &Known<'_>) -> Option<Self> {
        let at_terminal = lock.settled_at_terminal();
        let (kind, amount) = match (at_terminal, lock.settled_by_host()) {
            (Some(amount), _) => (Kind::Debit, amount),
            (None, Some((SettledBy::Online, amount))) => (Kind::Unlock, amount),
            // An operator settles from the books: that is no change of the card.
            (None, _) => return None,
        };
        Some(Self { kind, amount })
    }

    /// How a lock ended that its card has passed, where that is sure: every GMAC and every
    /// on-line decision ever made for it takes the same amount.
    pub(crate) fn passed(lock: &Known<'_>) -> Option<Self> {
        let (least, most) = lock.possible()?;
        let kind = if lock.claimed().is_some() { Kind::Debit } else { Kind::Unlock };
        (least == most).then_some(Self { kind, amount: least })
    }
}

impl OnlineChange {
    pub(crate) fn in_log(record: &LogRecord) -> Self {
        Self { kind: record.tag.kind, amount: cents(record.amount), in_log: true }
    }

    pub(crate) fn at_host(change: &HostChange) -> Self {
        Self { kind: change.kind, amount: cents(change.amount), in_log: false }
    }

    /// What it adds to the purse's money. A limit moves with the balance, so the money stays.
    pub(crate) const fn money(&self) -> i64 {
        match self.kind {
            Kind::Load => self.amount,
            Kind::Unload => -self.amount,
            _ => 0,
        }
    }
}
