//! The way out: from any state, once nothing goes wrong any more, every card is freed and every
//! debit is settled as it was.

use host::{Account, Approval, Ending, Proposal, Ruling};
use wire::{GreyState, LockId, Purse};

use crate::centre_wire::Line;
use crate::deed::Deed;
use crate::world::{STATIONS, World, cents, now};

/// Why a state has no way out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NoWayOut {
    /// A card stays grey, whoever helps.
    StaysGrey,
    /// A card stays grey without operators, and nothing happened that needs them.
    NeedsOperators,
    /// At rest, the books do not say what happened.
    Books(&'static str),
}

impl World {
    /// Plays the way out.
    pub(crate) fn heal(&self) -> Result<(), NoWayOut> {
        let mut world = self.clone().with_left(1, 8);
        world.wake();
        for card in (0u8..).take(self.cards.len()) {
            world.free(card)?;
        }
        world.upload();
        world.hear_stranger().map_err(NoWayOut::Books)?;
        world.go_on();
        world.books_are_right().map_err(NoWayOut::Books)
    }

    fn play(&mut self, deed: &Deed) {
        *self = deed.run(self, &Vec::new()).0;
    }

    fn terminals(&self) -> impl Iterator<Item = u8> + use<> {
        (0u8..).take(self.psams.len())
    }

    /// Every terminal has power and finishes what it can, and says all that it knows.
    fn wake(&mut self) {
        for terminal in self.terminals() {
            self.play(&Deed::Wake { terminal });
        }
        self.upload();
    }

    fn upload(&mut self) {
        for terminal in self.terminals() {
            let index = self.journals[usize::from(terminal)].index();
            let locks =
                index.locks().filter_map(|((tid, ttc), progress)| progress.report(tid, ttc));
            let tacs = index.tacs_seen().iter();
            let tacs = tacs.map(|seen| wire::Report::TacSeen(seen.asn, seen.status));
            let reports: Vec<_> = locks.chain(tacs).collect();
            for report in &reports {
                let _ = self.centre.hear(STATIONS[usize::from(terminal)], report);
            }
        }
    }

    /// The card is presented on-line, at each terminal in turn.
    fn free(&mut self, card: u8) -> Result<(), NoWayOut> {
        self.present(card);
        if self.cards[usize::from(card)].grey.is_none() {
            return Ok(());
        }
        if !self.needs_operators() {
            return Err(NoWayOut::NeedsOperators);
        }
        self.decide(card);
        self.present(card);
        match self.cards[usize::from(card)].grey {
            None => Ok(()),
            Some(_) => Err(NoWayOut::StaysGrey),
        }
    }

    fn present(&mut self, card: u8) {
        let chip = &mut self.cards[usize::from(card)];
        if chip.application_locked()
            && self.centre.change(|rules| rules.unblock(chip.asn, None, [0; 4], now())).is_ok()
        {
            chip.unblock();
        }
        for terminal in self.terminals() {
            for line in [Line::Up, Line::NoList] {
                if self.cards[usize::from(card)].full_status().state != GreyState::Unlocked {
                    self.play(&Deed::Visit { card, terminal, line });
                    self.left.visits = 8;
                }
            }
        }
        self.upload();
    }

    /// Something happened that protocol §9 leaves to two persons: a PSAM died, a station lied, or
    /// what the terminal wrote down of the lock was altered on its way.
    fn needs_operators(&self) -> bool {
        self.tampered || !self.lied.is_empty() || self.psams.iter().any(|psam| psam.dead)
    }

    /// Somebody else says that nothing was delivered: it is not taken.
    fn hear_stranger(&self) -> Result<(), &'static str> {
        let journals = self.journals.iter();
        let mut locks = journals.filter_map(|journal| journal.index().locks().next());
        let Some(terms) = locks.find_map(|(_, progress)| progress.terms().copied()) else {
            return Ok(());
        };
        let mut centre = self.centre.clone();
        match centre.hear("a stranger", &wire::Report::NoDispense(terms)) {
            Err(_) => Ok(()),
            Ok(_) => Err("a stranger spoke for a terminal"),
        }
    }

    /// Two operators decide what the totalizer shows.
    fn decide(&mut self, card: u8) {
        let chip = &self.cards[usize::from(card)];
        let Some(grey) = chip.grey else { return };
        let purse = Purse::Ed;
        let lock = LockId { asn: chip.asn, purse, ctc: grey.ctc, tid: grey.tid, ttc: grey.ttc };
        let ruling = Ruling::Unlock(self.flowed_under((grey.tid, grey.ttc)));
        let (maker, checker) = ("Mona".to_owned(), "Karl".to_owned());
        let reason = "totalizer".to_owned();
        self.centre.change(|rules| {
            let _ = rules.propose(&Proposal { lock, ruling, maker, reason, now: now() });
            let _ = rules.approve(&Approval { lock, ruling, checker, now: now() });
        });
    }

    /// Each card is used once more, which proves how its last lock ended.
    fn go_on(&mut self) {
        let working = self.terminals().find(|terminal| !self.psams[usize::from(*terminal)].dead);
        let Some(terminal) = working else { return };
        for card in (0u8..).take(self.cards.len()) {
            self.play(&Deed::Refuel { card, terminal, line: Line::Up, amount: 0 });
        }
        self.upload();
    }

    /// Every debit is settled as it was; every station is owed what its locks were debited.
    fn books_are_right(&self) -> Result<(), &'static str> {
        if self.psams.iter().all(|psam| psam.dead) {
            return Ok(());
        }
        let rows = self.centre.outcomes();
        for (chip, debit) in
            self.cards.iter().flat_map(|chip| chip.debits.iter().map(move |debit| (chip, debit)))
        {
            let row = rows.iter().find(|row| (row.tid, row.ttc) == (debit.tid, debit.ttc));
            let ending = row.and_then(|row| row.ending).map(Ending::amount);
            let nothing = debit.amount == cents(0) && row.is_none_or(|row| row.amount.is_none());
            if ending != Some(debit.amount) && !nothing {
                return Err("a debit is not settled as it was");
            }
            if chip.grey.is_some() {
                return Err("a card that was freed is grey");
            }
        }
        let trial = self.centre.trial_balance();
        if trial.accounts.keys().any(|account| matches!(account, Account::Reserved(..))) {
            return Err("something stays reserved");
        }
        self.stations_are_paid(trial)
    }

    fn stations_are_paid(&self, trial: &host::TrialBalance) -> Result<(), &'static str> {
        for (terminal, station) in self.terminals().zip(STATIONS) {
            let tid = self.psams[usize::from(terminal)].tid;
            let all = self.cards.iter().flat_map(|chip| &chip.debits);
            let debited = all.filter(|debit| debit.tid == tid);
            let debited: i128 = debited.map(|debit| i128::from(debit.amount.units())).sum();
            let payable = Account::StationPayable(station.into());
            let paid = trial.accounts.get(&payable).copied().unwrap_or(0);
            if paid != debited {
                return Err("a station is not owed what its locks were debited");
            }
        }
        Ok(())
    }
}
