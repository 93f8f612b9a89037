//! The order of a refuelling and of recovery, over the states (protocol §9).
//!
//! [`Terminal`] only strings the steps together: what may follow what is in the states'
//! types, what to do after a break is in the table of [`crate::recover`].

use seeded::{Bug, instead};
use wire::{Amount, ClaimedRecord, LockId, LockTerms, Purse, StatusWord, Step, Tid, Ttc};

use crate::failure::{Failure, Refusal};
use crate::journal::Journal;
use crate::lock::{
    Certified, Drawn, Initialized, LockAnswered, LockRecorded, answered_by_status, append,
};
use crate::present::{Admitted, CardIs, Grey, Ready, TacUnread, present};
use crate::price::SaleTerms;
use crate::progress::Progress;
use crate::psam::{PsamSays, ask, ask_if_claimed, retire};
use crate::recover::{Action, Seen, is_known_tac, next_action};
use crate::sale::{Delivered, Open, Settled};
use crate::transport::{Clock, Dispenser, Lost, Transport};

/// One terminal with a card in it, at work.
pub struct Terminal<'a, C, P, J, K, D> {
    /// The card reader.
    pub card: &'a mut C,
    /// The PSAM.
    pub psam: &'a mut P,
    /// The station's journal.
    pub journal: &'a mut J,
    /// The time.
    pub clock: &'a mut K,
    /// The pump.
    pub dispenser: &'a mut D,
    /// What is sold here.
    pub sale: SaleTerms,
    /// The PSAM's terminal id.
    pub tid: Tid,
    /// True when no other terminal works with this journal now: locks of other PSAMs in it are
    /// then nobody's, and this terminal ends them as far as that goes without their PSAM.
    pub alone: bool,
}

/// A card that was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// As it is now.
    pub card: CardIs,
    /// It was grey, and a record of this station freed it.
    pub freed: bool,
    /// Why an open lock could not be finished: no new lock is made before it is.
    pub unfinished: Option<Failure>,
}

/// What a customer asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Which purse pays.
    pub purse: Purse,
    /// BCD digits of the PIN.
    pub pin: &'a [u8],
    /// Refused before LOCK when the card cannot spend it; `None` to fill up.
    pub amount: Option<Amount>,
}

impl<C, P, J, K, D> Terminal<'_, C, P, J, K, D>
where
    C: Transport,
    P: Transport,
    J: Journal,
    K: Clock,
    D: Dispenser,
{
    /// A card was put in: looks at it, finishes what the journal left open, and frees the card
    /// with the station's own record if it is grey under one. What an unread TAC says is made
    /// durable. An open lock that cannot be finished now hinders none of that.
    pub fn begin(&mut self) -> Result<Begun, Failure> {
        let first = present(self.card)?;
        let recovered = self.recover(Some(&first));
        let card = if recovered == Ok(0) { first } else { present(self.card)? };
        let card = match card {
            CardIs::Grey(grey) if self.free(&grey)? => present(self.card)?,
            other => other,
        };
        if let CardIs::TacUnread(unread) = &card {
            keep_unread(unread, self.journal)?;
        }
        let was_grey = matches!(first, CardIs::Grey(_)) && !matches!(card, CardIs::Grey(_));
        Ok(Begun { card, freed: was_grey, unfinished: recovered.err() })
    }

    /// The way of the local unlock with a record of this station, at whichever of its terminals
    /// it was made; `true` when the card was debited by it.
    fn free(&mut self, grey: &Grey) -> Result<bool, Failure> {
        let lock = grey.lock_id();
        let known = self.journal.progress(lock.tid, lock.ttc);
        match known.as_ref().and_then(Progress::record) {
            Some(record) if !self.journal.is_refused(record) => self.debit_present(record, grey),
            _ => Ok(false),
        }
    }

    /// From an admitted card to the open nozzle. What goes wrong after LOCK may have gone out
    /// ends as `void` or `no_dispense`, or stays open for [`Terminal::recover`].
    pub fn lock(&mut self, admitted: Admitted, wish: &Wish<'_>) -> Result<Open, Failure> {
        if self.sale.unit_price == 0 {
            return Err(Refusal::NoPrice.into());
        }
        let verified = admitted.verify(self.card, wish.pin)?;
        let initialized = verified.initialize(self.card, wish.purse, self.tid)?;
        if wish.amount.is_some_and(|amount| initialized.balance() < amount) {
            return Err(Refusal::AmountAboveBalance.into());
        }
        // A dispenser that gives no reading now would leave the card grey for nothing.
        self.dispenser.totalizer()?;
        let drawn = self.draw(&initialized)?;
        let recorded = self.record(drawn)?;
        let terms = *recorded.terms();
        let answered = self.send_lock(recorded)?;
        let certified = self.certify(&terms, answered)?;
        certified.record(self.journal, self.dispenser, &self.sale)
    }

    /// INIT SAM GREY LOCK; when its slots ran out, once more after those were freed that
    /// nobody needs.
    fn draw(&mut self, initialized: &Initialized) -> Result<Drawn, Failure> {
        let now = self.clock.now();
        match initialized.draw(self.psam, now) {
            Err(Failure::PsamRefused { status: StatusWord::NO_ROOM, .. }) => {
                self.make_room()?;
                initialized.draw(self.psam, now)
            }
            result => result,
        }
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        let mut after = None;
        while let Some(ttc) = self.journal.next_given_up(self.tid, after) {
            if let Some(terms) =
                self.journal.progress(self.tid, ttc).as_ref().and_then(Progress::terms)
            {
                retire(self.psam, terms)?;
            }
            after = Some(ttc);
        }
        Ok(())
    }

    /// `lock_sent`, or `void` when the card is gone before LOCK went out.
    fn record(&mut self, drawn: Drawn) -> Result<LockRecorded, Failure> {
        if self.card.is_present() {
            return drawn.record(self.psam, self.journal);
        }
        drawn.void(self.psam, self.journal)?;
        Err(Failure::CardLost { during: "LOCK FOR REFUEL", lost: Lost::NotSent })
    }

    /// LOCK. An answer that was lost or is nonsense is looked for on the card once; a refusal
    /// is believed only if the card does not show the lock. `no_dispense` is final, so a card that
    /// is still in the reader and shows nothing yet leaves the lock open for [`Terminal::recover`].
    fn send_lock(&mut self, recorded: LockRecorded) -> Result<LockAnswered, Failure> {
        let failure = match recorded.lock(self.card) {
            Ok(answered) => return Ok(answered),
            Err(failure) => failure,
        };
        if let Failure::CardLost { lost: Lost::NotSent, .. } = failure {
            recorded.void(self.journal)?;
            return Err(failure);
        }
        match recorded.from_status(self.card) {
            Ok(answered) => return Ok(answered),
            // It shows something else than this lock.
            Err(Failure::Refused(_)) => {}
            Err(_) if self.card.is_present() => return Err(failure),
            Err(_) => {}
        }
        let step = instead(Bug::LostLockIsVoid, Step::NoDispense, Step::Void);
        append(self.journal, recorded.terms(), step)?;
        Err(failure)
    }

    /// CERTIFICATE. A MAC2 that does not verify is final; a PSAM that is gone may come back.
    fn certify(&mut self, terms: &LockTerms, answered: LockAnswered) -> Result<Certified, Failure> {
        let failure = match answered.certify(self.psam, self.card) {
            Ok(certified) => return Ok(certified),
            Err(failure) => failure,
        };
        if let Failure::PsamRefused { .. } = failure {
            append(self.journal, terms, Step::NoDispense)?;
        }
        Err(failure)
    }

    /// From the closed nozzle to the settled debit. When card or PSAM are gone the lock stays
    /// where it is in the journal.
    pub fn finish(&mut self, open: Open, totalizer_after: u64) -> Result<Settled, Failure> {
        let delivered = open.close(self.journal, totalizer_after, self.clock.now())?;
        let claimed = delivered.claim(self.psam, self.journal)?;
        claimed.debit(self.card, self.journal)
    }

    /// Takes every open lock as far as it goes with what is there now. Returns how many were
    /// looked at, or the first failure after all of them were tried.
    pub fn recover(&mut self, card: Option<&CardIs>) -> Result<u32, Failure> {
        let (mut after, mut looked_at, mut failed) = (None, 0, None);
        while let Some(number) = self.journal.next_open(after) {
            if number.0 == self.tid || self.is_ours_to_end(number) {
                let outcome = self.resolve(number, card);
                failed = failed.or(outcome.err());
                looked_at += 1;
            }
            after = Some(number);
        }
        failed.map_or(Ok(looked_at), Err)
    }

    /// Takes every lock on which the nozzle may have been open as far as its grey record, which needs no card (protocol
    /// §9). Nothing else is ended: a card that is in may still show it. Answers as [`Terminal::recover`].
    pub fn claim_delivered(&mut self) -> Result<(), Failure> {
        let (mut after, mut failed) = (None, None);
        while let Some((tid, ttc)) = self.journal.next_open(after) {
            let delivers = matches!(
                self.journal.progress(tid, ttc),
                Some(Progress::Locked(..) | Progress::Delivered(..))
            );
            if delivers && (tid == self.tid || self.is_ours_to_end((tid, ttc))) {
                failed = failed.or(self.resolve((tid, ttc), None).err());
            }
            after = Some((tid, ttc));
        }
        failed.map_or(Ok(()), Err)
    }

    /// A lock of another PSAM: what flowed at this nozzle must be read off its totalizer before
    /// anything flows again, and what nobody else works on is ended here.
    fn is_ours_to_end(&self, (tid, ttc): (Tid, Ttc)) -> bool {
        match self.journal.progress(tid, ttc) {
            Some(Progress::Locked(_, certified)) => certified.nozzle == self.sale.nozzle,
            Some(Progress::LockSent(_)) => self.alone,
            _ => false,
        }
    }

    /// Takes one lock as far as it goes, row by row of the recovery table.
    fn resolve(&mut self, (tid, ttc): (Tid, Ttc), card: Option<&CardIs>) -> Result<(), Failure> {
        // Each row moves the lock at least one step on, and there are four steps.
        for _ in 0..4 {
            let Some(progress) = self.journal.progress(tid, ttc) else { return Ok(()) };
            let action = next_action(&progress, &self.look(&progress, (tid, ttc), card));
            if !self.act(action, &progress, card)? {
                break;
            }
        }
        Ok(())
    }

    /// What is seen of a lock. Of one that only went out, the PSAM is asked how far it got, and
    /// the totalizer is read: the journal may have been put back from an older copy.
    fn look(&mut self, progress: &Progress, (tid, ttc): (Tid, Ttc), card: Option<&CardIs>) -> Seen {
        let card = card.map(|card| (card.asn(), card.status()));
        let here = tid == self.tid;
        let psam = match progress {
            Progress::LockSent(terms) if here => ask(self.psam, terms),
            Progress::Locked(..) if here => ask_if_claimed(self.psam, tid, ttc),
            _ if here => PsamSays::Unasked,
            _ => PsamSays::Absent,
        };
        let nothing_flowed = matches!(progress, Progress::LockSent(_))
            && nothing_flowed(self.journal, self.dispenser, (tid, ttc), self.sale.nozzle);
        Seen { card, psam, nothing_flowed }
    }

    /// One row; `false` when nothing more follows from it.
    fn act(
        &mut self,
        action: Action,
        progress: &Progress,
        card: Option<&CardIs>,
    ) -> Result<bool, Failure> {
        match (action, progress, card) {
            (Action::CertifyFromStatus, Progress::LockSent(terms), _) => self.certify_later(terms),
            // Its PSAM is not here: the lock is given up, and the centre frees the card with 0.
            (Action::NoDispense | Action::AwaitPsam, Progress::LockSent(terms), _) => {
                self.give_up(terms)
            }
            // Another nozzle's delivery is on another totalizer: its own terminal reads it.
            (Action::ReadTotalizer, Progress::Locked(terms, certified), _)
                if certified.nozzle == self.sale.nozzle =>
            {
                let open = Open::new(*terms, *certified);
                let (totalizer, now) = (self.dispenser.totalizer()?, self.clock.now());
                let totalizer = instead(Bug::RecoversZero, totalizer, certified.totalizer_before);
                open.close(self.journal, totalizer, now)?;
                Ok(true)
            }
            (Action::AskGmac, Progress::Delivered(terms, certified, delivery), _) => {
                let delivered = Delivered::new(*terms, *certified, *delivery);
                match delivered.claim(self.psam, self.journal) {
                    // Unproved: the centre hears it as such.
                    Err(Failure::Refused(Refusal::PsamForgot)) => Ok(false),
                    result => result.map(|_| true),
                }
            }
            (
                Action::Debit | Action::DebitAgain,
                Progress::Claimed(record) | Progress::Settled(record, _),
                Some(CardIs::Grey(grey)),
            ) => self.debit_present(record, grey).map(|_| false),
            (Action::SettleFromStatus, Progress::Claimed(record), Some(card)) => {
                append(self.journal, &record.terms, Step::Settled(card.status().b))?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// LOCK's answer was lost and the card is back: certify what it shows. Nothing can have
    /// flowed, so the lock goes on to a claim of 0, which frees the card.
    fn certify_later(&mut self, terms: &LockTerms) -> Result<bool, Failure> {
        let answered = answered_by_status(*terms, self.card)?;
        match answered.certify_once(self.psam) {
            Ok(certified) => {
                certified.record(self.journal, self.dispenser, &self.sale)?;
                Ok(true)
            }
            Err(Failure::PsamRefused {
                status: StatusWord::WRONG_MAC | StatusWord::UNKNOWN_LOCK,
                ..
            }) => self.give_up(terms),
            Err(failure) => Err(failure),
        }
    }

    /// `no_dispense`, and the PSAM's slot is free again.
    fn give_up(&mut self, terms: &LockTerms) -> Result<bool, Failure> {
        append(self.journal, terms, Step::NoDispense)?;
        if terms.id.tid == self.tid {
            retire(self.psam, terms)?;
        }
        Ok(false)
    }

    /// The way of the local unlock, also for the terminal's own record: everything that the
    /// card shows must agree.
    fn debit_present(&mut self, record: &ClaimedRecord, grey: &Grey) -> Result<bool, Failure> {
        if grey.application_locked() {
            return Ok(false);
        }
        match grey.agree(record) {
            Ok(agreed) => match agreed.debit(self.card, self.journal) {
                // The record is of no more use here: the centre unlocks the card.
                Err(Failure::CardRefused { .. }) => Ok(false),
                result => result.map(|_| true),
            },
            Err(_) => Ok(false),
        }
    }
}

impl CardIs {
    /// What GET GREY STATUS answered, the long form.
    #[must_use]
    pub const fn status(&self) -> wire::GreyStatus {
        match self {
            Self::Ready(ready) => *ready.status(),
            Self::TacUnread(unread) => *unread.status(),
            Self::Grey(grey) => *grey.status(),
        }
    }

    /// The unlocked card, if it is one. What an unread TAC says must be durable before, as
    /// [`Terminal::begin`] makes it; the next LOCK clears it.
    #[must_use]
    pub const fn unlocked(self) -> Option<Ready> {
        match self {
            Self::Ready(ready) => Some(ready),
            Self::TacUnread(unread) => Some(unread.kept()),
            Self::Grey(_) => None,
        }
    }
}

/// True when the totalizer stands where the journal had it when it took the last step of this
/// lock. Where it knows no reading, only a totalizer at 0 shows that nothing flowed; where the
/// dispenser gives none, nothing does.
fn nothing_flowed(
    journal: &impl Journal,
    dispenser: &mut impl Dispenser,
    (tid, ttc): (Tid, Ttc),
    nozzle: u8,
) -> bool {
    Ok(journal.totalizer_before(tid, ttc, nozzle).unwrap_or(0)) == dispenser.totalizer()
}

/// Ends a lock as `no_dispense` without its PSAM and its terminal, where recovery would do so
/// too: it only went out, and nothing flowed since.
pub fn give_up(
    lock: &LockId,
    journal: &mut impl Journal,
    dispenser: &mut impl Dispenser,
    nozzle: u8,
) -> Result<(), Failure> {
    let number = (lock.tid, lock.ttc);
    let Some(progress) = journal.progress(lock.tid, lock.ttc) else { return Ok(()) };
    let nothing_flowed = nothing_flowed(journal, dispenser, number, nozzle);
    let seen = Seen { card: None, psam: PsamSays::Absent, nothing_flowed };
    match (next_action(&progress, &seen), progress) {
        (Action::NoDispense, Progress::LockSent(terms)) if terms.id == *lock => {
            append(journal, &terms, Step::NoDispense)
        }
        _ => Ok(()),
    }
}

/// Makes durable what a card shows of its last debit: as the settlement of this station's own
/// record, otherwise as seen, whosever sale it was (protocol §9).
pub fn keep_unread(unread: &TacUnread, journal: &mut impl Journal) -> Result<(), Failure> {
    let status = *unread.status();
    let ttc = status.more.map(|more| more.ttc).unwrap_or_default();
    let seen =
        Seen { card: Some((unread.asn(), status)), psam: PsamSays::Unasked, nothing_flowed: false };
    match journal.progress(status.tid, ttc) {
        Some(own) if is_known_tac(&own, &seen) => Ok(()),
        Some(own) if next_action(&own, &seen) == Action::SettleFromStatus => {
            own.terms().map_or(Ok(()), |terms| append(journal, terms, Step::Settled(status.b)))
        }
        _ if seeded::is(Bug::SeenTacDropped) => Ok(()),
        _ => unread.keep(journal),
    }
}
