//! A card's visit at a terminal, from its insertion to its end: a refuelling, or an unlock.

use seeded::Bug;
use terminal::flow::{Wish, keep_unread};
use terminal::{
    CardIs, Checks, Clock, Confirmation, Dispenser, Failure, Grey, JournalFailed, Open, Ready,
    Refusal, TacUnread, Terminal, Transport, present,
};
use wire::{Amount, Asn, ClaimedRecord, GreyState, LockId, Mac, Tid};

use crate::index::{Outbox, Records};
use crate::link::{Link, LinkDown, Sought, Taken, UnlockAnswer};
use crate::transfer::prove_open;

/// How a grey card was freed, or an unread TAC taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// With a grey record, from the journal or from the centre's list.
    Local,
    /// By the centre.
    Online,
    /// The card was free already and showed its TAC.
    TacRead,
}

/// A card that is free again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Freed {
    /// How.
    pub how: How,
    /// What was debited.
    pub amount: Amount,
    /// The lock that ended, with CTC n.
    pub lock: LockId,
    /// TAC or MAC3.
    pub code: Mac,
    /// The balance afterwards.
    pub balance_after: Amount,
}

/// Why a card was not freed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotFreed {
    /// Something broke, or card, PSAM or terminal said no.
    Failed(Failure),
    /// The centre waits for more, or for an operator; in its words.
    Wait(String),
    /// No record here fits, and the centre cannot be reached.
    NoRecordNoLink,
    /// The application is locked: the centre must unblock it first.
    ApplicationLocked,
}

impl From<Failure> for NotFreed {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<JournalFailed> for NotFreed {
    fn from(failed: JournalFailed) -> Self {
        Self::Failed(failed.into())
    }
}

/// A refuelling that ended well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sale {
    /// The grey record.
    pub record: ClaimedRecord,
    /// The card's answer.
    pub tac: Mac,
    /// False when the card, asked afterwards, did not confirm the debit: somebody answered for
    /// it, and the record is as good as a grey one.
    pub confirmed: bool,
}

/// How a refuelling ended otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoSale {
    /// Nothing was dispensed.
    Before(NotFreed),
    /// The nozzle was open, the debit did not come to its end: the lock is in the journal as
    /// far as it got.
    After {
        /// Which lock.
        lock: LockId,
        /// What broke.
        failure: Failure,
    },
}

/// A whole refuelling: frees the card first where that is possible, and says so in `freed`.
pub fn refuel<C: Transport, P: Transport, J: Records, K: Clock, D: Dispenser>(
    terminal: &mut Terminal<'_, C, P, J, K, D>,
    link: &mut impl Link,
    checks: &Checks<'_>,
    wish: &Wish<'_>,
    freed: &mut Option<Freed>,
) -> Result<Sale, NoSale> {
    let ready = begin(terminal, link, freed).map_err(NoSale::Before)?;
    sell(terminal, ready, checks, wish)
}

/// From a card that is free to its receipt: lock, delivery, debit.
///
/// # Errors
/// How far it got, and what broke.
pub fn sell<C: Transport, P: Transport, J: Records, K: Clock, D: Dispenser>(
    terminal: &mut Terminal<'_, C, P, J, K, D>,
    ready: Ready,
    checks: &Checks<'_>,
    wish: &Wish<'_>,
) -> Result<Sale, NoSale> {
    let open = lock(terminal, ready, checks, wish).map_err(NoSale::Before)?;
    let lock = open.terms().id;
    let after = |failure| NoSale::After { lock, failure };
    let totalizer = terminal.dispenser.dispense(&open).map_err(|silent| after(silent.into()))?;
    let settled = terminal.finish(open, totalizer).map_err(after)?;
    let (record, answered) = (*settled.record(), settled.tac());
    let (tac, confirmed) = match settled.clear(terminal.card, terminal.journal) {
        Ok(Confirmation::Debited(tac)) => (tac, true),
        Ok(Confirmation::NotDebited) => (answered, false),
        // The TAC is durable: a card that is gone by now is as good as one that answers.
        Err(_) => (answered, true),
    };
    Ok(Sale { record, tac, confirmed })
}

/// The card, free: what the journal left open is finished, and a grey card is unlocked.
///
/// # Errors
/// Why it is not free, or why no lock may follow.
pub fn begin<C: Transport, P: Transport, J: Records, K: Clock, D: Dispenser>(
    terminal: &mut Terminal<'_, C, P, J, K, D>,
    link: &mut impl Link,
    freed: &mut Option<Freed>,
) -> Result<Ready, NotFreed> {
    let begun = terminal.begin()?;
    // Without a journal nothing may be debited here, and no other reason is the true one.
    if let Some(failure @ Failure::Journal) = begun.unfinished {
        return Err(failure.into());
    }
    let card = match begun.card {
        CardIs::Grey(grey) => {
            let tid = terminal.tid;
            *freed = Some(free(terminal.card, terminal.journal, link, tid, &grey)?);
            present(terminal.card)?
        }
        CardIs::TacUnread(unread) if begun.freed => {
            *freed = Some(Freed { how: How::Local, ..freed_by(&unread) });
            begun.card
        }
        other => other,
    };
    // A card keeps the proof of its last purchase only until the next one.
    terminal.recover_purchases(&card)?;
    // Out of reach, or not taken: the card keeps its proof, and the next visit tries again.
    let _ = prove_open(terminal.card, link, card.asn())?;
    // What the last debit left unread goes up before a new lock wipes it from the card.
    let _ = upload(terminal.journal, link);
    if let Some(failure) = begun.unfinished {
        return Err(failure.into());
    }
    card.unlocked().ok_or(NotFreed::Failed(Refusal::UnexpectedState.into()))
}

fn lock<C: Transport, P: Transport, J: Records, K: Clock, D: Dispenser>(
    terminal: &mut Terminal<'_, C, P, J, K, D>,
    ready: Ready,
    checks: &Checks<'_>,
    wish: &Wish<'_>,
) -> Result<Open, NotFreed> {
    let admitted = ready.admit(checks).map_err(|refusal| NotFreed::Failed(refusal.into()))?;
    Ok(terminal.lock(admitted, wish)?)
}

/// Frees a grey card: with a record of this station or of the centre's list, else on-line.
pub fn free<C: Transport, J: Records>(
    card: &mut C,
    journal: &mut J,
    link: &mut impl Link,
    tid: Tid,
    grey: &Grey,
) -> Result<Freed, NotFreed> {
    if grey.application_locked() {
        return Err(NotFreed::ApplicationLocked);
    }
    let lock = grey.lock_id();
    if let Some(freed) = free_locally(card, journal, link, grey, &lock)? {
        return Ok(freed);
    }
    free_online(card, journal, link, tid, grey, &lock)
}

/// `None` when no record fits, or the one that fits was refused by the card.
fn free_locally<C: Transport, J: Records>(
    card: &mut C,
    journal: &mut J,
    link: &mut impl Link,
    grey: &Grey,
    lock: &LockId,
) -> Result<Option<Freed>, NotFreed> {
    let fits = |record: &ClaimedRecord| grey.agree(record).is_ok() && !journal.is_refused(record);
    let own = journal.record_of(lock).filter(fits);
    // What anybody may have made up is tried once: a record of the station itself and of the centre's list stays usable.
    let sought = Sought { lock, fits: &fits, anywhere: !journal.has_refused(lock) };
    // Others are asked only when the own record does not do: that may take its time.
    let found = own.or_else(|| link.find_record(&sought).ok().flatten());
    let Some(agreed) = found.and_then(|record| grey.agree(&record).ok()) else { return Ok(None) };
    let settled = match agreed.debit(card, journal) {
        Ok(settled) => settled,
        Err(Failure::CardRefused { .. }) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let record = *settled.record();
    let _ = upload(journal, link);
    let Confirmation::Debited(code) = settled.clear(card, journal)? else {
        return Err(Failure::Refused(Refusal::UnexpectedState).into());
    };
    let amount = record.delivery.amount;
    let balance_after = record.terms.balance.checked_sub(amount).unwrap_or(Amount::ZERO);
    Ok(Some(Freed { how: How::Local, amount, lock: *lock, code, balance_after }))
}

fn free_online<C: Transport, J: Records>(
    card: &mut C,
    journal: &mut J,
    link: &mut impl Link,
    tid: Tid,
    grey: &Grey,
    lock: &LockId,
) -> Result<Freed, NotFreed> {
    // A lock that is still `lock_sent` is not given up here: only recovery can, which asks the
    // PSAM and reads the totalizer (protocol §12).
    upload(journal, link).map_err(|_| NotFreed::NoRecordNoLink)?;
    let asked = (*grey).ask(card, tid)?;
    let decided = match link.unlock(&asked) {
        Ok(UnlockAnswer::Decided(decided)) => decided,
        Ok(UnlockAnswer::Wait(reason)) => return Err(NotFreed::Wait(reason)),
        Err(LinkDown) => return Err(NotFreed::NoRecordNoLink),
    };
    let unlocked = asked.debit(card, journal, &decided)?;
    let balance_after = unlocked.status.balance;
    let code = unlocked.mac3;
    // The card keeps MAC3 until the centre has it, so it is cleared only then.
    if upload(journal, link) == Ok(Taken::All) {
        unlocked.clear(card)?;
    }
    Ok(Freed { how: How::Online, amount: decided.amount, lock: *lock, code, balance_after })
}

/// Frees whatever card is put in; `None` when it is free and nothing is unread.
pub fn unlock<C: Transport, J: Records>(
    card: &mut C,
    journal: &mut J,
    link: &mut impl Link,
    tid: Tid,
) -> Result<Option<Freed>, NotFreed> {
    match present(card)? {
        CardIs::Grey(grey) => free(card, journal, link, tid, &grey).map(Some),
        CardIs::TacUnread(unread) => read_tac(card, journal, link, unread).map(Some),
        CardIs::Ready(_) => Ok(None),
    }
}

/// Reads what a free card still shows of its last debit: durable, reported, cleared.
pub fn read_tac<C: Transport, J: Records>(
    card: &mut C,
    journal: &mut J,
    link: &mut impl Link,
    unread: TacUnread,
) -> Result<Freed, NotFreed> {
    keep_unread(&unread, journal)?;
    let freed = freed_by(&unread);
    let reported = upload(journal, link);
    // A MAC3 proves which decision was carried out: it stays on the card until the centre has it.
    if reported == Ok(Taken::All) || unread.status().state == GreyState::Debited {
        unread.clear(card)?;
    }
    Ok(freed)
}

fn freed_by(unread: &TacUnread) -> Freed {
    let status = unread.status();
    let asn: Asn = unread.asn();
    let ttc = status.more.map(|more| more.ttc).unwrap_or_default();
    Freed {
        how: How::TacRead,
        amount: status.amount().unwrap_or(Amount::ZERO),
        lock: LockId {
            asn,
            purse: status.purse,
            ctc: status.ctc.wrapping_sub(2),
            tid: status.tid,
            ttc,
        },
        code: status.b,
        balance_after: status.balance,
    }
}

/// Sends the centre what it has not taken yet.
pub fn upload<J: Records>(journal: &mut J, link: &mut impl Link) -> Result<Taken, LinkDown> {
    let Outbox { through, reports } = journal.unreported();
    if reports.is_empty() {
        return Ok(Taken::All);
    }
    if seeded::is(Bug::MarkedBeforeSent) {
        let _ = journal.mark_reported(through);
    }
    let taken = link.report(&reports)?;
    if taken == Taken::All {
        // When this entry cannot be written the reports go up once more, which is harmless.
        let _ = journal.mark_reported(through);
    }
    Ok(taken)
}
