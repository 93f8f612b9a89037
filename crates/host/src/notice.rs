//! What the centre tells its operators: one code each, in one table.

use std::fmt;

use serde::{Deserialize, Serialize};
use wire::{Asn, LockId, Stamp, Tid, Ttc};

use crate::books::StationId;

/// What kind of attention a notice asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    /// Something that no honest run of the protocol produces.
    Alarm,
    /// Money that somebody is owed or has lost.
    Claim,
    /// A report that was kept aside and counts as unheard.
    Quarantine,
    /// A card waits for two operators.
    Wait,
    /// Good to know.
    Information,
}

macro_rules! codes {
    ($($name:ident, $text:literal, $class:ident, $words:literal, $act:literal;)*) => {
        /// Every reason that a notice may have.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize,
        )]
        pub enum Code { $(#[doc = $words] #[serde(rename = $text)] $name),* }

        impl Code {
            /// The table: code, its name, its class, what happened, what to do.
            pub const TABLE: &'static [(Self, &'static str, Class, &'static str, &'static str)] =
                &[$((Self::$name, $text, Class::$class, $words, $act)),*];

            /// The name, as the interface shows it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The reason that has this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
            }

            /// What kind of attention it asks for.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$name => Class::$class),* }
            }

            /// What happened.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words),* }
            }

            /// What to do.
            #[must_use]
            pub const fn what_to_do(self) -> &'static str {
                match self { $(Self::$name => $act),* }
            }
        }
    };
}

codes! {
    CardUnknown, "card_unknown", Quarantine, "the report names a card that this centre never issued", "register the card if it is ours, then let the station send again";
    KeyVersionUnknown, "key_version_unknown", Quarantine, "no key of this version or suite is in the vault", "put the key into the vault, then let the station send again";
    TermsInconsistent, "terms_inconsistent", Quarantine, "the terms cannot come from a lock: TRN below 80, a purse at its last CTC, or an ASN that is no number", "look at the terminal's software";
    CeilingExceedsBalance, "ceiling_exceeds_balance", Quarantine, "the ceiling is above the locked balance", "look at the terminal's software";
    AmountExceedsCeiling, "amount_exceeds_ceiling", Quarantine, "the amount is above the ceiling", "compare with the totalizer";
    Mac2Wrong, "mac2_wrong", Quarantine, "MAC2 does not prove the lock", "ask the station for its journal; the card may be a fake";
    GmacWrong, "gmac_wrong", Quarantine, "the record's GMAC is not that of its lock and delivery", "ask the station for its journal";
    SamTacWrong, "sam_tac_wrong", Quarantine, "the station's PSAM did not make this record", "find out who did: a PSAM may be stolen";
    RecordDisagrees, "record_disagrees", Alarm, "two different records name one TID and TTC; the other one counts", "compare both with the station's journal and totalizer";
    TacWrong, "tac_wrong", Alarm, "the TAC that was reported is not the card's; the record stays grey", "wait for the card; somebody faked its answer";
    GtacWrong, "gtac_wrong", Alarm, "the stored GTAC is not the card's; the recomputed one is listed", "nothing is lost; somebody altered the card's answer on its way";
    StationDoesNotOwnTid, "station_does_not_own_tid", Alarm, "a station reported an outcome for a TID that another station owns", "find out why; nothing was taken";
    TidUnknown, "tid_unknown", Alarm, "a station reported an outcome for a TID that nobody registered", "register the PSAM, then let the station send again";
    NoticeAgainstRecord, "notice_against_record", Alarm, "a lock has both a record with an amount and a notice that nothing was delivered; the record counts", "look at the terminal's journal";
    UnprovedDiffers, "unproved_differs", Alarm, "the claimed record and the unproved delivery of one lock differ; the claimed record counts", "compare with the totalizer";
    TacDisagreesWithRecord, "tac_disagrees_with_record", Alarm, "the card proves another debit than the record claims", "compare both; a second GMAC exists for this lock";
    ClonedOrRolledBackCard, "cloned_or_rolled_back_card", Alarm, "two locks of one purse number are both proved by their card: it was copied or restored; it is blacklisted", "find both cards; every loss has its own notice";
    SecondRecordOfOneNumber, "second_record_of_one_number", Alarm, "two records claim one purse number, and the card proves at most one of them", "find out who made the other: a PSAM may be stolen";
    LockDebitedTwice, "lock_debited_twice", Alarm, "the card proves two debits of one lock: it was copied or restored", "take the card in";
    SettledCardStillGrey, "settled_card_still_grey", Alarm, "a card proves to be grey under a lock that is settled: a late message, or a card copied or restored", "let the station ask again; take the card in if it stays grey";
    CardHasMovedOn, "card_has_moved_on", Alarm, "a card proves to be grey under a lock that it has left already: a late message, or a card copied or restored", "let the station ask again; take the card in if it stays grey";
    CardReplaced, "card_replaced", Alarm, "a card that was reported lost and replaced asks to be unlocked", "take the card in";
    BlockedByOperator, "blocked_by_operator", Alarm, "an operator put the card on the blacklist", "take the card in, or lift the block";
    ReportedLost, "reported_lost", Alarm, "the cardholder says that the card is lost", "take the card in; replace it, or say that it was found";
    ChipGivenUpIsOut, "chip_given_up_is_out", Alarm, "a chip was given up, its number was free for another, and now it is said to be out", "find the chip and destroy it; replace the card";
    BarredPsamAtWork, "barred_psam_at_work", Alarm, "an outcome of a PSAM is dated after it was blocked, lost or replaced", "find out who has the PSAM; the outcome counts as any other";
    VoidLockWasMade, "void_lock_was_made", Alarm, "a station says that LOCK never went out, and the card proves that it was locked; the number stays a hole", "look at the terminal's journal and totalizer";
    BalancesDisagree, "balances_disagree", Alarm, "a card went on with a balance that nothing heard of it explains; the record is claimed", "look for a second GMAC, a load that was not reported, or a card that was altered";
    SuccessionDisagrees, "succession_disagrees", Claim, "the card went on after this lock, and its balances do not add up with the record", "compare the card's log, then rule what it was debited";
    SuccessionGap, "succession_gap", Claim, "the card went on after this lock, and numbers in between were never heard", "wait for the missing reports, or rule what the card was debited";
    EndingAmbiguous, "ending_ambiguous", Claim, "several answers of the centre were out for this lock, and the balances fit more than one", "read the card's status or log, then rule what it was debited";
    StationClaim, "station_claim", Claim, "the card was debited less than the station's record says", "accept or reject the station's claim";
    CardholderClaim, "cardholder_claim", Claim, "the card was debited more than the record says, or more was held back when it was replaced", "accept or reject the cardholder's claim";
    ChangeAfterReplacement, "change_after_replacement", Claim, "a load or unload of a card was confirmed after the card was replaced", "pay a load out to the cardholder; recover an unload if you can";
    LossBooked, "loss_booked", Claim, "money of a copied card, or of a lock that more was heard of after its card was replaced, was booked as a loss", "recover it if you can";
    TacWithoutRecord, "tac_without_record", Claim, "the card proves a debit for which no record was heard", "wait for the station's report; if its journal is lost, rule the debit";
    TransferAmbiguous, "transfer_ambiguous", Claim, "several answers to loads and unloads were out under one number, the card used it, and they differ", "ask the card for its proof at any terminal";
    PrepaidOverdrawn, "prepaid_overdrawn", Claim, "a late TAC shows that a load is another account's, and that one has spent the money since", "ask its holder to pay in what is missing";
    PurchaseWithoutGoods, "purchase_without_goods", Claim, "a purchase whose answer was lost was paid: the card went on, and its balances agree only so; the station gave no goods", "accept the cardholder's claim, or reject it if the goods were given after all";
    Missing, "missing", Wait, "nothing was heard of the lock", "ask the station; two operators may decide with its totalizer";
    Void, "void", Wait, "the station says that the lock was never sent, and the card proves that it was", "ask the station; two operators may decide";
    Quarantined, "quarantined", Wait, "what was heard of the lock did not verify", "look at the quarantined report; two operators may decide";
    Disagrees, "disagrees", Wait, "what was heard under this TID and TTC is another lock", "compare both; two operators may decide";
    Unproved, "unproved", Wait, "fuel was delivered and no GMAC was made: two operators must approve the amount", "compare with the totalizer and approve";
    ReplacementWaits, "replacement_waits", Wait, "a card is to be replaced that proved to be grey under a lock of which no amount is known", "find out what it owes from the totalizer, and rule what the card was debited";
    AmountExceedsBalance, "amount_exceeds_balance", Wait, "what is to be debited is above the card's balance", "two operators decide a lower amount";
    TtcHighHalfAltered, "ttc_high_half_altered", Information, "the card was locked under a TTC with another high half than the record's: LOCK was altered on its way; the record counts", "look for a manipulated reader";
    NoDispenseHeard, "no_dispense_heard", Information, "a station says that nothing was and nothing will be delivered on this lock", "nothing";
    VoidHeard, "void_heard", Information, "a station says that LOCK never went out", "nothing";
    UnprovedHeard, "unproved_heard", Information, "a station delivered, and its PSAM died before the GMAC", "approve the amount after comparing with the totalizer";
    ServiceEndsBeforeLock, "service_ends_before_lock", Information, "the service ended before its lock was made", "look at the terminal's clock";
    SwitchOrdered, "switch_ordered", Information, "the code that brings a card over to its next keys was handed out; until the card proves them it may use either", "nothing";
    KeysSwitched, "keys_switched", Information, "a card has proved that it uses its next keys", "nothing";
    PurchaseUnknown, "purchase_unknown", Information, "a purchase went out and its answer is lost: its amount is held back until the card comes back or goes on", "let the card come back to its station; two operators may rule whether it paid";
    ApplicationUnblocked, "application_unblocked", Information, "the code that unblocks a locked application was handed out", "nothing";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that an operator should know. The same thing is told once.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Notice {
    /// Why.
    pub code: Code,
    /// What it is about.
    pub about: About,
    /// When the centre found out.
    pub at: Stamp,
    /// Figures and the other side, in words.
    pub detail: String,
}

/// What a notice is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct About {
    /// The lock, where its whole id is known.
    pub lock: Option<LockId>,
    /// TID and TTC, where at least they are known.
    pub number: Option<(Tid, Ttc)>,
    /// The card.
    pub asn: Option<Asn>,
    /// The station that reported.
    pub station: Option<StationId>,
}

impl About {
    /// A lock by its whole id.
    #[must_use]
    pub const fn lock(lock: LockId) -> Self {
        Self {
            lock: Some(lock),
            number: Some((lock.tid, lock.ttc)),
            asn: Some(lock.asn),
            station: None,
        }
    }

    /// A report's TID and TTC, which may know no card.
    #[must_use]
    pub const fn number(tid: Tid, ttc: Ttc) -> Self {
        Self { lock: None, number: Some((tid, ttc)), asn: None, station: None }
    }

    /// A card.
    #[must_use]
    pub const fn card(asn: Asn) -> Self {
        Self { lock: None, number: None, asn: Some(asn), station: None }
    }

    /// No lock, number, card or station: the detail says what.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { lock: None, number: None, asn: None, station: None }
    }

    /// The same, told by a station.
    #[must_use]
    pub fn by(self, station: &StationId) -> Self {
        Self { station: Some(station.clone()), ..self }
    }
}
