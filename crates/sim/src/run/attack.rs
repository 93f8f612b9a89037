//! What nobody gets out of a card, a PSAM or the centre, tried on copies of them as they are
//! when an epoch ends. What is tried here changes nothing in the world.

use card::{Application, Card, View};
use host::{Refusal, UnlockAnswer, UnlockRequest};
use nvm::memory::Ram;
use psam::Psam;
use terminal::Clock as _;
use wire::apdu::split_response;
use wire::card_command::{DebitForRefuel, DebitForUnlock, Initialize, LockForRefuel, StatusMode};
use wire::psam_command::{DebitGreyUnlock, End};
use wire::response::InitUnlock;
use wire::{
    Amount, CardCommand, GreyState, GreyStatus, LockId, Mac, PsamCommand, Purse, Report, Stamp,
    StatusWord, Tid, Trn, Ttc,
};

use crate::link::WorldCentre;
use crate::world::{PIN, Site, World};

/// A code that nobody made: it is right once in 2³² times.
const FALSE: Mac = Mac([0; 4]);

/// Tries everything; the first thing that worked, in words.
pub(super) fn on_copies(world: &mut World) -> Result<(), String> {
    let Some(tid) = world.sites.first().map(|site| site.tid) else { return Ok(()) };
    let (now, mut centre) = (world.clock.now(), world.centre.clone());
    for card in 0..world.cards.len() {
        let open = |view: &View| view.application == Application::Open;
        let Some(view) = world.look(card).filter(open) else { continue };
        let memory = world.copy_of(card);
        let copy = Copy::new(memory.clone()).ok_or("a card does not start")?;
        match view.status.state {
            GreyState::Grey => {
                let grey = Grey { memory: &memory, view: &view, tid };
                grey.takes_no_false_code()?;
                grey.draws_no_number_twice()?;
                grey.gets_nothing_false(&mut centre, now)?;
            }
            GreyState::Unlocked => locks_by_no_false_code(copy, tid, now)?,
            GreyState::Debited | GreyState::UnlockedOnline => stays_unread(copy)?,
        }
    }
    for site in &mut world.sites {
        gives_no_second_gmac(site)?;
        hears_no_stranger(&mut centre, site, now)?;
    }
    confirms_no_false_mac3(&mut centre, now)
}

fn refused(what: &str, answer: StatusWord) -> Result<(), String> {
    if answer.is_done() { Err(format!("{what} is taken")) } else { Ok(()) }
}

/// A copy of a card, powered and selected.
struct Copy(Card<Ram>);

impl Copy {
    fn new(mut memory: Ram) -> Option<Self> {
        memory.power_on();
        let mut copy = Self(Card::power_on(memory).ok()?);
        copy.send(&CardCommand::SelectFile { id: wire::files::APPLICATION_FILE, le: Some(0) });
        Some(copy)
    }

    fn send(&mut self, command: &CardCommand<'_>) -> (Vec<u8>, StatusWord) {
        let answer = self.0.transmit(&command.encode()).ok();
        let split = answer.as_ref().and_then(|answer| split_response(answer));
        split.map_or((Vec::new(), StatusWord(0)), |(data, word)| (data.to_vec(), word))
    }

    fn init_unlock(&mut self, purse: Purse, tid: Tid) -> Result<InitUnlock, String> {
        let fields = Initialize { purse, key_index: 1, tid };
        let (data, word) = self.send(&CardCommand::InitializeForUnlock(fields));
        InitUnlock::parse(&data).ok_or(format!("INITIALIZE FOR UNLOCK of a grey card: {word}"))
    }
}

/// A grey card and the terminal at which somebody tries something.
struct Grey<'a> {
    memory: &'a Ram,
    view: &'a View,
    tid: Tid,
}

impl Grey<'_> {
    fn copy(&self) -> Result<Copy, String> {
        Copy::new(self.memory.clone()).ok_or_else(|| "a card does not start".to_owned())
    }

    /// False codes are refused, and each is counted.
    fn takes_no_false_code(&self) -> Result<(), String> {
        let GreyStatus { purse, ctc, tid, date, time, more, .. } = self.view.status;
        let (ttc, amount) = (more.unwrap_or_default().ttc, Amount::ZERO);
        let mut copy = self.copy()?;
        let fields = DebitForRefuel { purse, amount, ctc, tid, ttc, date, time, gmac: FALSE };
        refused("a false GMAC", copy.send(&CardCommand::DebitForRefuel(fields)).1)?;
        self.is_counted(&copy)?;
        // On a copy of its own: the first may have locked the application.
        let mut copy = self.copy()?;
        copy.init_unlock(purse, self.tid)?;
        let fields = DebitForUnlock { amount, date, time, mac2: FALSE };
        refused("a false MAC2", copy.send(&CardCommand::DebitForUnlock(fields)).1)?;
        self.is_counted(&copy)
    }

    fn is_counted(&self, copy: &Copy) -> Result<(), String> {
        let (before, after) = (self.view.error_counter, copy.0.view().error_counter);
        let counted = after == before.saturating_add(1);
        if counted {
            Ok(())
        } else {
            Err(format!("a false code took the counter from {before} to {after}"))
        }
    }

    /// No number comes twice, though power fails in between.
    fn draws_no_number_twice(&self) -> Result<(), String> {
        let mut copy = self.copy()?;
        let first = copy.init_unlock(self.view.status.purse, self.tid)?.icc;
        let memory = copy.0.into_nvm();
        let mut copy = Copy::new(memory).ok_or("a card does not start")?;
        let second = copy.init_unlock(self.view.status.purse, self.tid)?.icc;
        if first == second { Err(format!("a card drew {first} twice")) } else { Ok(()) }
    }

    /// The centre believes no code that the card did not make, and gives no second twice.
    fn gets_nothing_false(&self, centre: &mut WorldCentre, now: Stamp) -> Result<(), String> {
        let mut copy = self.copy()?;
        let (asn, status) = (self.view.public.asn(), self.view.status);
        let listed = centre.grey_list().into_iter().find(|record| {
            let id = record.terms.id;
            (id.asn, id.purse, id.tid, id.ctc.wrapping_add(1))
                == (asn, status.purse, status.tid, status.ctc)
                && status.more.is_some_and(|more| more.ttc == id.ttc)
        });
        if listed.is_some_and(|record| record.certified.gtac != status.b) {
            return Err("the list has a GTAC that is not the card's".to_owned());
        }
        let init = copy.init_unlock(status.purse, self.tid)?;
        let asked = UnlockRequest { tid: self.tid, asn, status, init, now };
        let false_mac1 = UnlockRequest { init: InitUnlock { mac1: FALSE, ..init }, ..asked };
        let false_gtac = UnlockRequest { status: GreyStatus { b: FALSE, ..status }, ..asked };
        if centre.unlock(&false_mac1) != Err(Refusal::Mac1Wrong)
            || centre.unlock(&false_gtac) != Err(Refusal::GtacWrong)
        {
            return Err("the centre believes a false code".to_owned());
        }
        let again = copy.init_unlock(status.purse, self.tid)?;
        let again = UnlockRequest { init: again, ..asked };
        match (centre.unlock(&asked), centre.unlock(&again)) {
            (Ok(UnlockAnswer::Decided(one)), Ok(UnlockAnswer::Decided(other)))
                if (one.date, one.time) == (other.date, other.time) =>
            {
                Err("two decisions of one card carry one second".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// A lock needs the PSAM's code.
fn locks_by_no_false_code(mut copy: Copy, tid: Tid, now: Stamp) -> Result<(), String> {
    let fields = Initialize { purse: Purse::Ed, key_index: 1, tid };
    copy.send(&CardCommand::VerifyPin { digits: &PIN });
    copy.send(&CardCommand::InitializeForRefuel(fields));
    let Stamp { date, time, .. } = now;
    let (ttc, trn) = (Ttc(1), Trn([0x80; 4]));
    let lock = LockForRefuel { ttc, trn, date, time, mac1: FALSE };
    refused("a false MAC1", copy.send(&CardCommand::LockForRefuel(lock)).1)
}

/// Reading leaves what is unread.
fn stays_unread(mut copy: Copy) -> Result<(), String> {
    let read = CardCommand::GetGreyStatus(StatusMode::Read);
    if copy.send(&read) == copy.send(&read) {
        Ok(())
    } else {
        Err("reading a status changes it".to_owned())
    }
}

/// A PSAM gives one GMAC for a lock, and none above its balance.
fn gives_no_second_gmac(site: &mut Site) -> Result<(), String> {
    let Ok(mut psam) = Psam::power_on(site.psam.memory()) else { return Ok(()) };
    let file = wire::files::APPLICATION_FILE.to_be_bytes();
    let select = PsamCommand::Select { name: &file, by_id: true, le: Some(0) };
    let _ = psam.transmit(&select.encode());
    let locks = site.journal.locks().filter(|((tid, _), _)| *tid == site.tid);
    for (_, progress) in locks {
        let Some(terms) = progress.terms() else { continue };
        let delivered = progress.record().map(|record| record.delivery.amount);
        let amount = match delivered {
            Some(Amount::ZERO) => continue,
            Some(_) => Amount::ZERO,
            None if terms.balance == Amount::MAX => continue,
            None => Amount::MAX,
        };
        let end = Some(End { date: terms.at.date, time: terms.at.time });
        let LockId { purse, asn, ctc, ttc, .. } = terms.id;
        let fields = DebitGreyUnlock { purse, asn, ctc: ctc + 1, amount, end, ttc: Some(ttc) };
        let answer = psam.transmit(&PsamCommand::DebitGreyUnlock(fields).encode()).ok();
        let word = answer.as_ref().and_then(|answer| split_response(answer)).map(|split| split.1);
        refused("a GMAC for what did not flow", word.unwrap_or(StatusWord::CONDITIONS))?;
    }
    Ok(())
}

/// Outcomes are taken from the station that owns the TID, and from nobody else.
fn hears_no_stranger(centre: &mut WorldCentre, site: &Site, now: Stamp) -> Result<(), String> {
    let mut terms = site.journal.locks().filter_map(|(_, progress)| progress.terms());
    let Some(terms) = terms.next() else { return Ok(()) };
    match centre.hear("a stranger", &Report::NoDispense(*terms), now) {
        Err(Refusal::StationDoesNotOwnTid) => Ok(()),
        other => Err(format!("a stranger spoke for {}: {other:?}", site.tid)),
    }
}

/// Nothing but the card's own MAC3 confirms a decision.
fn confirms_no_false_mac3(centre: &mut WorldCentre, now: Stamp) -> Result<(), String> {
    let Some(row) = centre.decisions().pop() else { return Ok(()) };
    let LockId { asn, purse, .. } = row.lock;
    match centre.confirm(asn, Some(purse), row.otc, FALSE, now) {
        Err(_) => Ok(()),
        Ok(_) => Err("the centre takes a false MAC3".to_owned()),
    }
}
