//! What the centre does not do, whose fault that is, and what to do next.

use thiserror::Error;

/// Whose fault a refusal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The card, or whoever altered its answers.
    Card,
    /// The station or its terminal.
    Station,
    /// An operator.
    Operator,
    /// The centre's own keys or registers.
    Centre,
    /// This program.
    OurBug,
}

macro_rules! refusals {
    ($($name:ident, $text:literal, $fault:ident, $words:literal;)*) => {
        /// A call that changed no money. The sentence says what, whose fault, what to do.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Error)]
        pub enum Refusal { $(#[doc = $words] #[error($words)] $name),* }

        impl Refusal {
            /// The table: refusal, its name, whose fault, in words.
            pub const TABLE: &'static [(Self, &'static str, Fault, &'static str)] =
                &[$((Self::$name, $text, Fault::$fault, $words)),*];

            /// The name, as the interface shows it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Whose fault it is.
            #[must_use]
            pub const fn fault(self) -> Fault {
                match self { $(Self::$name => Fault::$fault),* }
            }
        }
    };
}

refusals! {
    AsnNotIssuable, "asn_not_issuable", Operator, "an ASN is sixteen decimal digits, not all of them 6 to 9: choose another";
    OpeningInconsistent, "opening_inconsistent", Operator, "an opening balance is what can be spent and cannot be that far from its limit: correct the opening";
    CardAlreadyRegistered, "card_already_registered", Operator, "this ASN is registered with another opening: issue the card under an ASN of its own";
    PsamAlreadyRegistered, "psam_already_registered", Operator, "this TID belongs to another station: give the PSAM a TID of its own";
    BegunOnAnotherChip, "begun_on_another_chip", Operator, "this number was begun on another chip, or on none that was named, and a second one would be a clone: go on with that chip, or give it up";
    ChipGivenUp, "chip_given_up", Operator, "two persons gave this chip up, so its number may be on another one: destroy the chip";
    ChipIsOut, "chip_is_out", Operator, "issuing was confirmed, or a code made with this number was right, so its chip is out and cannot be given up: replace the card or PSAM";
    HistoryMovedOn, "history_moved_on", Operator, "something was done about it since you looked: look at its history again and say how many acts you saw";
    ActChangesNothing, "act_changes_nothing", Operator, "it stands like that already: look at its history";
    NoActWaits, "no_act_waits", Operator, "no act of this number waits for a second person: look at the history";
    CardUnknown, "card_unknown", Card, "this centre never issued the card: send it to its issuer";
    TidUnknown, "tid_unknown", Centre, "nobody registered this TID: register the PSAM, then send the report again";
    StationDoesNotOwnTid, "station_does_not_own_tid", Station, "the TID belongs to another station, and only its owner reports outcomes: send your own";
    StatusNotGrey, "status_not_grey", Station, "the card's status is not grey, so there is nothing to unlock: read the status again";
    StatusTooShort, "status_too_short", Station, "the status lacks what P1 = 02 adds: read GET GREY STATUS with P1 = 02";
    StatusShowsNoTac, "status_shows_no_tac", Station, "the status shows no unread TAC: report it only in state 10";
    KeyVersionUnknown, "key_version_unknown", Centre, "the vault has no key of the card's version or suite: put it there";
    KeyVersionNotNewer, "key_version_not_newer", Operator, "the card uses keys of this version's age or younger, and no card goes back: name a newer version of the centre's keys";
    KeyVersionNotInUse, "key_version_not_in_use", Station, "the card does not use keys of this version, by all that it has proved: leave the version out";
    Mac1Wrong, "mac1_wrong", Card, "MAC1 does not prove the card: it is a fake or its answer was altered; ask the card again";
    GtacWrong, "gtac_wrong", Card, "GTAC does not prove the lock: the status was altered; ask the card again";
    StatusAndMac1Disagree, "status_and_mac1_disagree", Station, "status and MAC1 show different balances or CTCs: they are of two moments; ask the card again";
    TacWrong, "tac_wrong", Station, "the TAC is not the card's: read the card's status again";
    Mac3FitsNoDecision, "mac3_fits_no_decision", Station, "the MAC3 fits no decision of the centre: read the card's status again";
    Mac3FitsSeveral, "mac3_fits_several", Centre, "the MAC3 fits more than one decision: two operators must rule";
    NoFreeSecond, "no_free_second", Centre, "no second is left that this card was not given yet: correct the clock";
    CardReplaced, "card_replaced", Card, "the card was reported lost and replaced: take it in";
    LockWaitsForRuling, "lock_waits_for_ruling", Operator, "the card is locked and nobody knows for how much, so what is left on it is not known: two operators rule what it was debited, on the lock that the notice names, then replace it";
    PersonMissing, "person_missing", Operator, "a decision names its maker and its checker: log in";
    ReasonMissing, "reason_missing", Operator, "a decision needs a reason: write one";
    SamePerson, "same_person", Operator, "maker and checker must be two persons: ask another operator";
    NothingToApprove, "nothing_to_approve", Operator, "no proposal waits for this lock: propose first";
    NothingToDecide, "nothing_to_decide", Operator, "nothing waits for operators on this lock: its whole id must be the one that the notice shows";
    RecordStands, "record_stands", Operator, "what was heard of this lock answers by itself: let the station ask again";
    AmountDiffersFromUnproved, "amount_differs_from_unproved", Operator, "an unproved delivery is approved with its own amount or not at all";
    AmountDiffersFromPurchase, "amount_differs_from_purchase", Operator, "a purchase took its own amount or nothing: propose that or 0";
    AmountExceedsBalance, "amount_exceeds_balance", Operator, "the amount is above the balance that the card has locked: propose a lower one";
    LockAlreadySettled, "lock_already_settled", Operator, "the lock is settled and is never debited twice: take the card in";
    KnowledgeChanged, "knowledge_changed", Operator, "something was heard of the lock since the proposal: look at it and propose again";
    NoClaimOpen, "no_claim_open", Operator, "no claim of this amount is open on this lock: look at its notices again";
    CardBlacklisted, "card_blacklisted", Card, "the card is on the blacklist and is neither loaded nor unloaded: take it in";
    CardBlocked, "card_blocked", Card, "an operator blocked the card, and it is neither loaded nor unloaded: take it in";
    CardLost, "card_lost", Card, "the card was reported lost, and it is neither loaded nor unloaded: take it in";
    CardExpired, "card_expired", Card, "the card's last day is over and it is not loaded any more: unload it and give out another";
    PsamBlocked, "psam_blocked", Station, "the PSAM is blocked, and nothing is unlocked, loaded or unloaded through it: use another terminal, and ask the centre";
    PsamLost, "psam_lost", Station, "the PSAM was reported lost, and nothing is unlocked, loaded or unloaded through it: bring it back to the centre";
    PsamReplaced, "psam_replaced", Station, "the PSAM is out of service for good, and nothing is unlocked, loaded or unloaded through it: use the one that took its place";
    AccountUnknown, "account_unknown", Station, "no prepaid account has this name: name one that the centre opened";
    AccountOfOthers, "account_of_others", Station, "the station may not charge this prepaid account: name one of your own";
    AccountMissing, "account_missing", Station, "this centre charges loads and unloads to prepaid accounts alone: name yours";
    AccountTooLow, "account_too_low", Station, "the prepaid account holds less than that, without what is in flight: pay in more, then ask again";
    AccountDiffers, "account_differs", Station, "this session of the card was answered for another account: ask again with that one";
    AccountAlreadyOpen, "account_already_open", Operator, "a prepaid account of this name is open for another holder or other stations: choose another name";
    FundingDisagrees, "funding_disagrees", Operator, "another amount was entered under this reference: one reference is one payment";
    FundingOutOfRange, "funding_out_of_range", Operator, "a payment is at least one unit and at most a million million of them: correct the amount";
    ReferenceMissing, "reference_missing", Operator, "a payment is named by a reference of 1 to 64 printable bytes without blanks around it: enter the bank's";
    OtcUsed, "otc_used", Station, "the card has used this on-line number already: the answer is of an earlier moment; ask the card again";
    AmountOutOfRange, "amount_out_of_range", Station, "the card cannot hold this balance: ask for another amount";
    UnloadExceedsBooks, "unload_exceeds_books", Card, "the books hold less for this purse, without what is pending: unload less, or let its stations report first";
    TacFitsNoTransfer, "tac_fits_no_transfer", Station, "the TAC fits no load or unload of the centre: ask the card for its proof again";
    ChangeDisagrees, "change_disagrees", Centre, "another change is booked under this OTC: one OTC is one change";
    LedgerOverflow, "ledger_overflow", OurBug, "a sum left the range of the ledger: report this bug; nothing was booked";
}
