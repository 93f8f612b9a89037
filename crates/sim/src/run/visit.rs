//! One visit, as it was planned.

use nvm::memory::Tear;
use station::visit::{self, NoSale, NotFreed, Sale};
use terminal::flow::Wish;
use terminal::transfer::Way;
use terminal::{Checks, Terminal};
use wire::{Amount, GreyState};

use super::Planted;
use super::cheat;
use super::courier::Weather;
use super::dice::Dice;
use super::fault::{Fault, Place, Tally};
use super::operators::Needs;
use super::plan::{Errand, Visit};
use super::rest::shown_lock;
use super::stage::{Parts, Stage, disk_of, tear};
use super::watch;
use crate::reader::{CardReader, Shim};
use crate::world::{Breaks, Forecourt, PIN, sale_terms};

/// So many cards are looked at for a grey one to unlock.
const LOOKS: usize = 3;
/// Instruction bytes of the PSAM at which its power fails.
const PSAM_ACTS: &[u8] = &[0x40, 0x42, 0x44];

impl Stage {
    /// Plays one visit with everything that goes wrong in it.
    pub(super) fn play(&mut self, planned: &Visit) -> Result<(), String> {
        let mut dice = Dice::new(planned.seed);
        let number = planned.number as u64;
        let network = planned.faults.iter().filter(|fault| fault.place() == Place::Network);
        let mut faults: Vec<Fault> = network.copied().collect();
        if faults.iter().any(|fault| fault.name().starts_with("unlock")) {
            // The centre is asked only where the list does not help.
            faults.push(Fault::ListMissing);
        }
        let mut weather = Weather { faults, dice: dice.clone(), visit: number };
        self.start_again(planned, &mut weather, &mut dice)?;
        self.deliver_late(number);
        self.change_psams(planned, &mut weather, &mut dice)?;
        self.lose_journals(planned, &mut weather)?;
        self.arm(planned, &mut dice);
        self.come(planned, &mut weather, &mut dice);
        self.world.clock.advance_seconds(i64::from(dice.between(1, 600)));
        if let Some(place) = self.world.sites.get_mut(planned.site) {
            place.psam.cut_after = None;
            place.psam.dies_at = None;
        }
        self.disarm(planned);
        if self.is_down(planned.site) && !dice.one_in(4) {
            self.restart(planned.site, &mut weather)?;
        }
        self.wrong.take().map_or(Ok(()), Err)
    }

    /// What stood still starts again: the site always, the centre mostly.
    fn start_again(
        &mut self,
        planned: &Visit,
        weather: &mut Weather,
        dice: &mut Dice,
    ) -> Result<(), String> {
        if self.office.is_down() && dice.one_in(2) {
            self.office.restart(&mut self.world.centre)?;
            self.coverage.centre_restarts += 1;
        }
        if self.is_down(planned.site) {
            self.restart(planned.site, weather)?;
        }
        Ok(())
    }

    /// Sets the traps that are not on the card's wire.
    fn arm(&mut self, planned: &Visit, dice: &mut Dice) {
        for fault in &planned.faults {
            let site = planned.site;
            match fault {
                Fault::ClockDrift => {
                    self.drifts[site] = i64::from(dice.between(0, 7_200)) - 3_600;
                    self.tally.add(*fault);
                }
                Fault::ClockJump => {
                    let jump = i64::from(dice.between(0, 14_400)) - 7_200;
                    self.world.clock.advance_seconds(jump);
                    self.tally.add(*fault);
                }
                Fault::CentreTorn => {
                    let tear = tear(dice, 4);
                    self.office.disk().arm(tear);
                }
                Fault::CentreDiskFull => self.office.disk().fail_writes_after(dice.below(4)),
                Fault::CentreKilled => self.office.kill(),
                _ => self.arm_site(*fault, site, dice),
            }
        }
    }

    fn arm_site(&mut self, fault: Fault, site: usize, dice: &mut Dice) {
        match fault {
            Fault::JournalTorn | Fault::DiskFull | Fault::StationKilled => {
                let (tear, writes) = (tear(dice, 14), dice.below(12));
                let Some(disk) = disk_of(self, site) else { return };
                match fault {
                    Fault::JournalTorn => disk.arm(tear),
                    Fault::DiskFull => disk.fail_writes_after(writes),
                    _ => disk.kill_after(1 + writes),
                }
            }
            Fault::PsamTorn => {
                let tear = tear(dice, 8);
                self.world.sites[site].psam.arm(tear);
            }
            Fault::PumpTorn => {
                // A filling makes twenty writes of forty bytes or so.
                let tear = Tear { write: 1 + dice.below(20), at: dice.index(44), ..tear(dice, 1) };
                let _ = self.world.sites[site].restart_pump(Some(tear));
            }
            Fault::PsamCut => self.world.sites[site].psam.cut_after = Some(dice.pick(PSAM_ACTS)),
            Fault::PsamDead => {
                self.world.sites[site].psam.dies_at = Some(dice.pick(PSAM_ACTS));
            }
            _ => {}
        }
    }

    /// A disk's trap that did not strike is over with the visit; a PSAM's waits for the next.
    fn disarm(&mut self, planned: &Visit) {
        let site = planned.site;
        if self.is_down(site) {
            return;
        }
        if planned.faults.contains(&Fault::PumpTorn) {
            let _ = self.world.sites[site].restart_pump(None);
        }
        if let Some(disk) = disk_of(self, site) {
            disk.power_on();
        }
    }

    /// The card that comes: the one that was planned, or for an unlock the next grey one.
    fn who_comes(&self, planned: &Visit) -> usize {
        let cards = self.world.cards.len();
        if planned.errand != Errand::Unlock {
            return planned.card;
        }
        let grey = |card: &usize| {
            self.world.look(*card).is_some_and(|view| view.status.state == GreyState::Grey)
        };
        let mut from_planned = (0..LOOKS).map(|n| (planned.card + n) % cards);
        from_planned.find(grey).unwrap_or(planned.card)
    }

    fn come(&mut self, planned: &Visit, weather: &mut Weather, dice: &mut Dice) {
        let card = self.who_comes(planned);
        if planned.faults.contains(&Fault::ApplicationLocked)
            && let Some(view) = self.world.look(card)
            && let Some(lock) = shown_lock(&view)
            && self.world.false_debits(card, &lock, 3).is_ok()
        {
            self.tally.add(Fault::ApplicationLocked);
        }
        let memory = self.statuses[card].clone();
        let wire_dice = Dice::new(dice.next());
        let shim = cheat::shim(&planned.faults, wire_dice, memory, self.tally.clone());
        let undone = self.planted == Planted::UndoneDebit && dice.one_in(100);
        let before = undone.then(|| self.world.copy_of(card));
        let Some(reader) = self.insert(planned, card, shim, dice) else { return };
        let seen = reader.view();
        self.coverage.saw(&seen);
        let (well, needs) = match planned.errand {
            Errand::Unlock => self.unlock(planned, card, reader, weather),
            Errand::Buy(cents) => self.sell(planned, card, (cents, true), reader, weather, dice),
            Errand::FillUp(cents) => {
                self.sell(planned, card, (cents, false), reader, weather, dice)
            }
            Errand::Pay(cents) => self.pay(planned, card, cents, reader, weather),
            Errand::Load(cents) => {
                self.transfer(planned, card, (Way::Load, cents), reader, weather)
            }
            Errand::Unload(cents) => {
                self.transfer(planned, card, (Way::Unload, cents), reader, weather)
            }
        };
        if let Some(before) = before.filter(|_| well) {
            self.world.cards[card].memory = before;
        }
        let kept = watch::kept_what_was_read(&self.world, planned, card, &seen);
        self.wrong = self.wrong.take().or(kept.err());
        self.help(needs, planned.site, card, weather, dice);
    }

    fn insert(
        &mut self,
        planned: &Visit,
        card: usize,
        shim: Shim,
        dice: &mut Dice,
    ) -> Option<CardReader> {
        let mut reader = self.world.insert(card, shim).ok()?;
        // Tears inside VERIFY count as wrong PINs: the third would block the PIN of a card that can
        // then buy nothing any more.
        if planned.faults.contains(&Fault::CardTorn) && reader.view().pin_tries > 1 {
            reader.arm(tear(dice, 12));
        }
        Some(reader)
    }

    pub(super) fn take_out(&mut self, card: usize, reader: CardReader) {
        let mut memory = reader.take();
        if memory.is_dark() {
            self.tally.add(Fault::CardTorn);
        }
        memory.power_on();
        self.world.cards[card].memory = memory;
    }

    /// A refuelling: whether it ended well, and what the card waits for.
    fn sell(
        &mut self,
        planned: &Visit,
        card: usize,
        (cents, check): (u32, bool),
        mut reader: CardReader,
        weather: &mut Weather,
        dice: &mut Dice,
    ) -> (bool, Needs) {
        let purse = self.purses[card];
        let breaks = breaks_of(planned, cents, dice);
        let limit = if dice.one_in(8) { dice.between(100, 2_000) } else { Amount::MAX.units() };
        let limit = Amount::new(limit).unwrap_or(Amount::MAX);
        let tally = self.tally.clone();
        let Some(Parts { place, mut link, mut clock, blacklist }) =
            self.parts(planned.site, weather)
        else {
            return (false, Needs::Nothing);
        };
        let was_dead = place.psam.dead;
        let wanted = Amount::new(cents).unwrap_or(Amount::MAX);
        let power = std::rc::Rc::clone(&place.power);
        let mut forecourt = Forecourt {
            pump: &mut place.pump,
            flows: &mut place.flows,
            hand: reader.hand(),
            power: std::rc::Rc::clone(&power),
            wanted,
            breaks,
        };
        let today = terminal::Clock::now(&mut clock).date;
        let mut terminal = Terminal {
            card: &mut reader,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut clock,
            dispenser: &mut forecourt,
            sale: sale_terms(limit),
            tid: place.tid,
            alone: true,
        };
        let checks = Checks { today, issuers: &[], blacklist: &|asn| blacklist.contains(&asn) };
        let wish = Wish { purse, pin: &PIN, amount: check.then_some(wanted) };
        let mut freed = None;
        let outcome = visit::refuel(&mut terminal, &mut link, &checks, &wish, &mut freed);
        count_flow(&tally, breaks, &outcome);
        if place.psam.dead && !was_dead {
            tally.add(Fault::PsamDead);
        }
        if planned.faults.contains(&Fault::PsamCut) && place.psam.cut_after.is_none() {
            tally.add(Fault::PsamCut);
        }
        if power.get() {
            let _ = visit::upload(&mut place.journal, &mut link);
        }
        self.take_out(card, reader);
        self.sold(planned, card, &outcome);
        self.coverage.freed(freed.as_ref());
        (outcome.is_ok(), Needs::of_sale(&outcome))
    }

    fn sold(&mut self, planned: &Visit, card: usize, outcome: &Result<Sale, NoSale>) {
        self.coverage.sold(outcome);
        let believed = watch::believed_the_card(&self.world, planned, card, outcome);
        self.wrong = self.wrong.take().or(believed.err());
    }

    fn unlock(
        &mut self,
        planned: &Visit,
        card: usize,
        mut reader: CardReader,
        weather: &mut Weather,
    ) -> (bool, Needs) {
        let Some(Parts { place, mut link, .. }) = self.parts(planned.site, weather) else {
            return (false, Needs::Nothing);
        };
        let outcome = visit::unlock(&mut reader, &mut place.journal, &mut link, place.tid);
        let _ = visit::upload(&mut place.journal, &mut link);
        self.take_out(card, reader);
        match &outcome {
            Ok(freed) => self.coverage.freed(freed.as_ref()),
            Err(NotFreed::Wait(_)) => self.coverage.waits += 1,
            Err(_) => {}
        }
        (outcome.is_ok(), outcome.as_ref().err().map_or(Needs::Nothing, Needs::of))
    }
}

fn breaks_of(planned: &Visit, cents: u32, dice: &mut Dice) -> Breaks {
    let at = dice.between(0, cents);
    if planned.faults.contains(&Fault::PowerCut) {
        Breaks::PowerCutAt(at)
    } else if planned.faults.contains(&Fault::CardPulledInFlow) {
        Breaks::CardPulledAt(at)
    } else {
        Breaks::Nothing
    }
}

/// What broke while the fuel flowed, if it came to that.
fn count_flow(tally: &Tally, breaks: Breaks, outcome: &Result<Sale, NoSale>) {
    let opened = !matches!(outcome, Err(NoSale::Before(_)));
    match breaks {
        Breaks::PowerCutAt(_) if opened => tally.add(Fault::PowerCut),
        Breaks::CardPulledAt(_) if opened => tally.add(Fault::CardPulledInFlow),
        _ => {}
    }
}
