//! Books divided by card: which of N books each call touches, so that many machines can keep them.
//!
//! Every rule looks at one card. A call that names a card is done in the books of that card, wholly and alone; what
//! names none is rare, or told to all:
//!
//! | call | names | touches |
//! |---|---|---|
//! | sale, grey record, unproved delivery, notice, purchase, TAC seen | its card | that card's books |
//! | on-line unlock and its receipt, load and unload and their proofs, rulings, acts on a card, … | its card | that card's books |
//! | load or unload at a prepaid account | its card and the account | that card's books and those of the account |
//! | opening and funding a prepaid account | the account | the account's books |
//! | void (LOCK never went out) | (TID, TTC) alone | all: whichever card is heard of under that number later finds it |
//! | issuing a PSAM, acts on it | its TID | all: each has the register of PSAMs |
//!
//! What a report settles for a card may give money back to a prepaid account that an earlier load was charged to. That
//! is known only when the rules have looked: the account's books are touched then too.
//!
//! One check reaches over cards and is not made across books: that one (TID, TTC) is claimed for one card only. A PSAM
//! never makes two GMACs under one TTC (protocol §8), so two proved records of one number come from a copied or broken
//! PSAM; the joined books name the number ([`MemoryBooks::claimed_twice`](crate::MemoryBooks::claimed_twice)). A TAC that
//! a card shows under the number of another card's record is booked alike, and not told to operators.

use std::num::NonZeroU16;

use wire::{Asn, Report, Tid, Ttc};

use crate::acts::Subject;
use crate::input::Input;
use crate::prepaid::PrepaidName;

/// How many books there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partitions(NonZeroU16);

/// One of them, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Partition(pub u16);

/// What a call names, which says where it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// One card.
    Card(Asn),
    /// One card, and the prepaid account that pays or is credited.
    CardAndAccount(Asn, PrepaidName),
    /// A prepaid account.
    Account(PrepaidName),
    /// A number of a PSAM, and no card.
    Number(Tid, Ttc),
    /// A PSAM.
    Psam(Tid),
}

impl Partitions {
    /// So many books.
    #[must_use]
    pub const fn new(count: NonZeroU16) -> Self {
        Self(count)
    }

    /// How many.
    #[must_use]
    pub const fn count(self) -> usize {
        self.0.get() as usize
    }

    /// All of them.
    pub fn all(self) -> impl Iterator<Item = Partition> {
        (0..self.0.get()).map(Partition)
    }

    /// The books of a card, for ever: FNV-1a of the eight bytes of its ASN, mixed as splitmix64 does, modulo the count.
    /// Cards are issued in rows of consecutive numbers; mixed, such a row is spread over all books.
    #[must_use]
    pub fn of_card(self, asn: Asn) -> Partition {
        self.of_bytes(&asn.0)
    }

    /// The books of a prepaid account, likewise by its name.
    #[must_use]
    pub fn of_account(self, name: PrepaidName) -> Partition {
        self.of_bytes(name.to_string().as_bytes())
    }

    fn of_bytes(self, bytes: &[u8]) -> Partition {
        let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let place = (mixed ^ (mixed >> 31)) % u64::from(self.0.get());
        Partition(u16::try_from(place).unwrap_or(0))
    }

    /// The books that a call with this route is done in, each once, ascending.
    #[must_use]
    pub fn touched(self, route: Route) -> Vec<Partition> {
        match route {
            Route::Card(asn) => vec![self.of_card(asn)],
            Route::Account(name) => vec![self.of_account(name)],
            Route::CardAndAccount(asn, name) => {
                let mut both = vec![self.of_card(asn), self.of_account(name)];
                both.sort_unstable();
                both.dedup();
                both
            }
            Route::Number(..) | Route::Psam(_) => self.all().collect(),
        }
    }
}

impl Input {
    /// What this call names. There is no call that names nothing.
    #[must_use]
    pub const fn route(&self) -> Route {
        match self {
            Self::RegisterCard { card, .. } => Route::Card(card.asn),
            Self::RegisterPsam { tid, .. } => Route::Psam(*tid),
            Self::ConfirmIssue { subject, .. } => of_subject(*subject),
            Self::Act(order) => of_subject(order.subject),
            Self::ApproveAct(approval) => of_subject(approval.subject),
            Self::OpenPrepaid(account) => Route::Account(account.name),
            Self::FundPrepaid(funding) => Route::Account(funding.name),
            Self::Hear { report, .. } => of_report(report),
            Self::Unlock(request) => Route::Card(request.asn),
            Self::Transfer(request) => match request.account {
                Some(name) => Route::CardAndAccount(request.asn, name),
                None => Route::Card(request.asn),
            },
            Self::Propose(proposal) => Route::Card(proposal.lock.asn),
            Self::Approve(approval) => Route::Card(approval.lock.asn),
            Self::Switch(request) => Route::Card(request.asn),
            Self::Replace(order) => Route::Card(order.asn),
            Self::Confirm { asn, .. }
            | Self::ConfirmTransfer { asn, .. }
            | Self::Unblock { asn, .. }
            | Self::Change { asn, .. } => Route::Card(*asn),
        }
    }

    /// The name of this kind of call, as tables of calls show it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RegisterCard { .. } => "register card",
            Self::RegisterPsam { .. } => "register PSAM",
            Self::ConfirmIssue { .. } => "confirm issue",
            Self::Act(_) => "act",
            Self::ApproveAct(_) => "approve act",
            Self::OpenPrepaid(_) => "open prepaid account",
            Self::FundPrepaid(_) => "fund prepaid account",
            Self::Hear { report, .. } => kind_of(report),
            Self::Unlock(_) => "unlock",
            Self::Confirm { .. } => "confirm unlock",
            Self::Transfer(request) => match request.account {
                Some(_) => "transfer at an account",
                None => "transfer",
            },
            Self::ConfirmTransfer { .. } => "confirm transfer",
            Self::Propose(_) => "propose ruling",
            Self::Approve(_) => "approve ruling",
            Self::Unblock { .. } => "unblock",
            Self::Switch(_) => "switch keys",
            Self::Replace(_) => "replace card",
            Self::Change { .. } => "change",
        }
    }
}

const fn of_subject(subject: Subject) -> Route {
    match subject {
        Subject::Card(asn) => Route::Card(asn),
        Subject::Psam(tid) => Route::Psam(tid),
    }
}

const fn of_report(report: &Report) -> Route {
    match report {
        Report::Sale(record, _) | Report::Grey(record) => Route::Card(record.terms.id.asn),
        Report::NoDispense(terms) | Report::Unproved(terms, ..) => Route::Card(terms.id.asn),
        Report::Purchase(terms, _) | Report::PurchaseUnknown(terms) => Route::Card(terms.id.asn),
        Report::TacSeen(asn, _) => Route::Card(*asn),
        Report::Void(tid, ttc) => Route::Number(*tid, *ttc),
    }
}

const fn kind_of(report: &Report) -> &'static str {
    match report {
        Report::Sale(..) => "sale",
        Report::Grey(_) => "grey record",
        Report::NoDispense(_) => "no dispense",
        Report::Void(..) => "void",
        Report::Unproved(..) => "unproved",
        Report::TacSeen(..) => "TAC seen",
        Report::Purchase(..) => "purchase",
        Report::PurchaseUnknown(_) => "purchase unknown",
    }
}
