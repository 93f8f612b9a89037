//! The table of faults.

macro_rules! bugs {
    ($($bug:ident $name:literal $krate:literal $words:literal)*) => {
        /// A deliberate fault.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Bug { $(#[doc = $words] $bug),* }

        impl Bug {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$bug),*];

            /// The name, as it is printed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$bug => $name),* }
            }

            /// The crate that it sits in.
            #[must_use]
            pub const fn krate(self) -> &'static str {
                match self { $(Self::$bug => $krate),* }
            }

            /// What is wrong.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$bug => $words),* }
            }
        }
    };
}

bugs! {
    LockMac1NotCompared "lock-mac1-not-compared" "card" "LOCK takes any MAC1"
    GmacNotCompared "gmac-not-compared" "card" "DEBIT FOR REFUEL takes any GMAC"
    UnlockMac2NotCompared "unlock-mac2-not-compared" "card" "DEBIT FOR UNLOCK takes any MAC2"
    CounterResetEarly "counter-reset-early" "card" "the error counter is reset before the code is compared"
    IccStands "icc-stands" "card" "the generator of ICC does not move on"
    IccOnlyInRam "icc-only-in-ram" "card" "the generator of ICC moves on in RAM only, until the next commit"
    TacufClearedByRead "tacuf-cleared-by-read" "card" "a plain GET GREY STATUS clears TACUF"
    DebitInTwoCommits "debit-in-two-commits" "card" "the balance changes in one commit, the mark in the next"
    LockKeepsCtc "lock-keeps-ctc" "card" "LOCK leaves CTC as it is"
    TacOfCommand "tac-of-command" "card" "TAC and status of a debit name the command's TID and TTC in place of the lock's"
    UnlockKeepsOtc "unlock-keeps-otc" "card" "DEBIT FOR UNLOCK leaves OTC as it is"
    CertifiesAnyMac2 "certifies-any-mac2" "psam" "CERTIFICATE takes any MAC2"
    SecondGmac "second-gmac" "psam" "a lock gets a second GMAC for another amount"
    GmacAboveBalance "gmac-above-balance" "psam" "a GMAC is given above the certified balance"
    TtcOnlyInRam "ttc-only-in-ram" "psam" "INIT writes the lock, and the next TTC with the next commit only"
    CommitWithoutSync "commit-without-sync" "nvm" "an image says done before the medium is synced"
    BothSlotsAtOnce "both-slots-at-once" "nvm" "the second slot is written before the first one is durable"
    HeadBeforeFrame "head-before-frame" "nvm" "a log's head is made durable without its frame"
    FullDiskSucceeds "full-disk-succeeds" "station" "an append reports success although the disk is full"
    MarkedBeforeSent "marked-before-sent" "station" "reports are marked as taken before they are sent"
    SeenTacDropped "seen-tac-dropped" "terminal" "the TAC of somebody else's sale is not kept"
    OpensUnrecorded "opens-unrecorded" "terminal" "the nozzle opens although `locked` could not be written"
    LostLockIsVoid "lost-lock-is-void" "terminal" "a LOCK whose answer was lost ends as `void`"
    ClearsBeforeKeeping "clears-before-keeping" "terminal" "TACUF is cleared before the TAC is durable"
    DebitBelieved "debit-believed" "terminal" "whatever answers 9000 to DEBIT is believed to be the card"
    RecoversZero "recovers-zero" "terminal" "recovery takes 0 in place of the totalizer"
    NoticeOfOpenLock "notice-of-open-lock" "terminal" "a lock on which the nozzle may have opened is reported as `no_dispense`"
    VoidUnasked "void-unasked" "terminal" "a skipped TTC is reported as void although the PSAM was not asked"
    ZeroBySilence "zero-by-silence" "host" "a lock of which nothing was heard is unlocked with 0"
    NoticeOverRecord "notice-over-record" "host" "a notice outranks the record"
    UnprovedAlone "unproved-alone" "host" "an unproved delivery is answered without operators"
    UnlockGtacTrusted "unlock-gtac-trusted" "host" "the GTAC of an unlock request is believed, not recomputed"
    UnlockMac1Trusted "unlock-mac1-trusted" "host" "MAC1 of an unlock request is not compared"
    ListsStoredGtac "lists-stored-gtac" "host" "the list has the stored GTAC in place of the recomputed one"
    SaleTacTrusted "sale-tac-trusted" "host" "a sale report settles whatever its TAC is"
    SeenTacTrusted "seen-tac-trusted" "host" "a TAC that a card showed settles without being recomputed"
    CaseWithoutTid "case-without-tid" "host" "locks are kept by TTC without TID"
    AnyStationSpeaks "any-station-speaks" "host" "an outcome is taken from a station that does not own the TID"
    SecondTwice "second-twice" "host" "two decisions for one card carry the same second"
    DecisionNotKept "decision-not-kept" "host" "MAC2 leaves and the decision is not kept"
    PostedAgain "posted-again" "host" "a report that comes again is booked again"
    CloneIsPaid "clone-is-paid" "host" "the second lock of a copied card is paid like the first"
    Mac3NotCompared "mac3-not-compared" "host" "any MAC3 confirms a decision of its OTC"
}
