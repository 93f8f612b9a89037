//! Everything that an audit can find or state: one table each, one heading a row.

use std::fmt;

/// One row: the name that scripts see, what it means, what to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heading<T> {
    /// Which.
    pub of: T,
    /// The name as it is printed.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

macro_rules! headings {
    ($(#[$doc:meta])* $kind:ident in $(#[$table_doc:meta])* $table:ident: $(
        $variant:ident $name:literal $meaning:literal $action:literal
    )*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $kind {
            $(#[doc = $meaning] $variant,)*
        }

        $(#[$table_doc])*
        pub const $table: &[Heading<$kind>] = &[$(Heading {
            of: $kind::$variant, name: $name, meaning: $meaning, action: $action,
        },)*];

        impl $kind {
            /// The name as it is printed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

headings! {
    /// A problem: something that protocol §11 does not allow.
    Finding in
    /// The problems, in the order in which they are looked for.
    FINDINGS:

    CardGivenTwice "card_given_twice"
        "Two images carry one card number: a copy, whose money is there a second time."
        "Find out which one the customer holds; blacklist the number and reissue."
    OpeningDisagrees "opening_disagrees"
        "The card and the centre name different opening balances or numbers for a purse."
        "Trust the centre's issuing record; the image was altered or belongs to another world."
    CountersWentBack "counters_went_back"
        "A purse's CTC or OTC is lower than it began, or lower than the changes that are proved."
        "Treat the card as rolled back: blacklist it and settle from the books."
    LogOutOfOrder "log_out_of_order"
        "The card's log names a number twice, backwards, or one that the purse has not reached."
        "Treat the image as altered and keep it as evidence."
    LogHasAHole "log_has_a_hole"
        "A change that the card's log must still show is not in it."
        "Treat the image as altered; look for the change in the journals of that day."
    LastDebitDisagrees "last_debit_disagrees"
        "The last debit that the card keeps is not the newest debit of its log."
        "Treat the image as altered and keep it as evidence."
    LockDisagreesWithPurse "lock_disagrees_with_purse"
        "A grey card's lock does not fit its purse's balance or CTC."
        "Treat the image as altered; unlock it from the centre's books only."
    BalanceDoesNotFollow "balance_does_not_follow"
        "Opening + loads − unloads − debits is not the money that the purse holds today."
        "Compare the purse's changes one by one with the journals; book the difference as a loss."
    LockBalanceDoesNotFollow "lock_balance_does_not_follow"
        "A certified lock was made for a balance that opening and earlier changes do not give."
        "A change is missing or false before that lock; look for it in the journals."
    CardBehindItsRecords "card_behind_its_records"
        "A proved change is not on the card: the image was rolled back, or a copy was debited."
        "Blacklist the card, keep both, and book the amount as a loss."
    DebitDisagreesWithRecord "debit_disagrees_with_record"
        "The debit that the card shows differs from the record of it in amount, terminal or time."
        "Have the centre check TAC, GMAC and SAM TAC of both; one of them was altered."
    DebitWithoutRecord "debit_without_record"
        "The card shows a debit by a terminal whose journal has no record of it."
        "The journal lost a record; restore it or claim with the card's TAC."
    ClaimedLockNotOnCard "claimed_lock_not_on_card"
        "The card used the number of a certified lock for something else: its claim finds no money."
        "Treat the card as cloned or rolled back; book the amount as a loss."
    LockDisagreesWithRecord "lock_disagrees_with_record"
        "Card, PSAM, journal and centre describe one lock differently."
        "Have the centre recompute MAC2 and GTAC; whichever fits them is true."
    GreyCardWithoutRecord "grey_card_without_record"
        "A card is grey under a lock that the terminal's own journal does not know."
        "The journal lost a record; unlock on-line after looking at the totalizers."
    VoidLockWasMade "void_lock_was_made"
        "A lock was declared void, LOCK never sent, but a card or PSAM holds it."
        "The terminal lied or its journal was altered; let an operator decide the unlock."
    RecordUnderWrongNumber "record_under_wrong_number"
        "A journal keeps a record under another TID or TTC than the record names."
        "The journal was altered; keep it aside and have it examined."
    JournalsDisagree "journals_disagree"
        "Two entries tell different stories of one lock."
        "Find the true journal by its station; the other is a copy that was written to."
    AmountAboveCeiling "amount_above_ceiling"
        "More was charged than the lock's ceiling allows."
        "Refuse the record; the station bears what is above the ceiling."
    CeilingAboveBalance "ceiling_above_balance"
        "A ceiling stands above the balance that MAC2 authenticated."
        "Inspect the terminal; the station bears what is above the balance."
    AmountDoesNotFitQuantity "amount_does_not_fit_quantity"
        "The amount is not quantity × price, rounded and capped."
        "Recompute from the totalizers and claim or refund the difference."
    TotalizerBroken "totalizer_broken"
        "A nozzle's totalizer ran backwards or does not give the quantity delivered."
        "Have the meter inspected; compare with the tank."
    LockSettledTwice "lock_settled_twice"
        "One number of a purse was settled more than once."
        "Reverse all but the one that the card made, or book the rest as a clone's loss."
    NumberLockedTwice "number_locked_twice"
        "Two different certified locks carry one number of a purse: a cloned or rolled-back card."
        "Blacklist the card, raise the alarm and keep both records."
    PsamGivenTwice "psam_given_twice"
        "Two PSAM images carry one TID: TTCs can repeat."
        "Take both out of service and issue a new TID."
    PsamBehindItsJournal "psam_behind_its_journal"
        "A TTC is in use that the PSAM has not drawn yet: the PSAM was rolled back."
        "Take the PSAM out of service: it would give TTCs a second time."
    TtcRepeated "ttc_repeated"
        "A PSAM holds one TTC twice."
        "Take the PSAM out of service and keep its image."
    GmacDisagreesWithRecord "gmac_disagrees_with_record"
        "The PSAM gave its GMAC for another amount than the journal holds."
        "The GMAC debits what the PSAM says; correct the record from it."
    PsamLockWithoutRecord "psam_lock_without_record"
        "The PSAM certified a lock that the terminal's own journal does not know."
        "The journal lost a record; restore it before the PSAM drops the lock."
    OutcomeDisagreesWithJournal "outcome_disagrees_with_journal"
        "The centre heard of a lock something else than its station's journal holds."
        "Compare report and journal; correct by a reversal, never in place."
    OutcomeWithoutRecord "outcome_without_record"
        "The centre has an outcome that the terminal's own journal does not know."
        "The journal was rolled back; restore it from the centre's copy."
    ChangeDisagreesWithHost "change_disagrees_with_host"
        "A load, unload or limit change is not the same on the card and at the centre."
        "Check its TAC; correct by a reversal."
    DecisionDisagreesWithCard "decision_disagrees_with_card"
        "The card was unlocked on-line for an amount or number that the centre never decided."
        "Secure the unlock keys; whoever made that MAC2 holds them."
    SettlementNotPostedOnce "settlement_not_posted_once"
        "The ledger's postings for a lock are not exactly its one settlement."
        "Reverse or add the posting."
    FloatDoesNotFollow "float_does_not_follow"
        "The ledger's float of a purse is not opening + loads − unloads − debits."
        "Find the posting that has no change behind it, and reverse it."
    OwedDoesNotFollow "owed_does_not_follow"
        "The stations are not owed exactly the settled amounts and the accepted claims."
        "Compare settlements and claims with the stations' accounts."
    TrialBalanceNotZero "trial_balance_not_zero"
        "Debits and credits of the ledger differ."
        "Stop settling; find the entry with one side."
    TotalsDoNotAddUp "totals_do_not_add_up"
        "Over all cards, openings + loads − unloads is not money + debits, and no other problem explains it."
        "A change lies outside of what the cards can have done; look for numbers before their opening."
}

headings! {
    /// A statement: true, allowed, and worth knowing.
    Note in
    /// The statements.
    NOTES:

    ClaimedMoneyOnCard "claimed_money_on_card"
        "A claimed record whose money is still on the card, grey under exactly this lock."
        "Any terminal with the record can finish it."
    ClaimedDebitedUnheard "claimed_debited_unheard"
        "A claimed record that the card was debited under, and that was not heard of yet."
        "It settles with the TAC, or by succession."
    ClaimedUnlockedOnline "claimed_unlocked_online"
        "A claimed record whose card was freed on-line instead; the cents are what the two differ by."
        "The difference becomes a claim."
    ClaimedCardNotGiven "claimed_card_not_given"
        "A claimed record whose card this audit was not given."
        "Give the card, or wait until it shows up at a terminal."
    DeliveredUnproved "delivered_unproved"
        "Delivered, but the PSAM gave no GMAC: nothing can debit it but an on-line unlock."
        "Ask the PSAM again, or let two persons decide."
    PurchaseOpen "purchase_open"
        "A purchase went out and its answer is lost: the card paid it or not, and no goods were given."
        "It ends when the card comes back to its station, or by succession."
    ChangesNotCovered "changes_not_covered"
        "The card changed under numbers that neither its log nor anything else given tells about."
        "Give the journals or the centre."
    OpeningUnknown "opening_unknown"
        "What the purse began with is not known, so its balance proves nothing."
        "Give the centre that issued it."
    GreyWithoutRecord "grey_without_record"
        "A grey card whose terminal's journal was not given, or begins later."
        "Give that journal."
    GreyWithoutDecision "grey_without_decision"
        "A grey card for which the centre has decided nothing."
        "None where a record frees it; else an on-line unlock."
    DecisionOutstanding "decision_outstanding"
        "An on-line unlock was decided, and the card has not proved it yet."
        "It settles with MAC3, the status, or by succession."
    NotYetReported "not_yet_reported"
        "A journal holds an outcome that the centre has not taken yet."
        "Let the station report."
    NumbersSkipped "numbers_skipped"
        "A journal skips TTCs that it knows nothing about: it was restored, or the PSAM forgot them."
        "The holes stay open at the centre; compare the totalizer with what was reported."
    TimesNotProved "times_not_proved"
        "The card's date or time of a debit is not the record's: in the field scheme no code proves them."
        "None; the money agrees."
    StatusNotProved "status_not_proved"
        "A journal kept a card's status that no record, decision or log bears out: altered on its way, or of a card not given."
        "Let the centre check its TAC."
    Quarantined "quarantined"
        "The centre keeps a report that does not verify; it counts as unheard."
        "Let an operator look at it."
}
