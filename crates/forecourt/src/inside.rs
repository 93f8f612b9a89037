//! A card is in: it is looked at, freed if it is grey, and does what its customer asks for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::site::{CardSeen, Outcome, PurseSeen};
use station::visit::{self, NotFreed};
use terminal::{CardIs, Failure, Ready, Transport as _};
use wire::apdu::split_response;
use wire::{Amount, Asn, CardCommand, GreyState, Purse, StatusWord};

use crate::asked::Command;
use crate::contact::Contact;
use crate::line::Line;
use crate::nozzle::{Nozzle, Trouble};
use crate::outcome::{self, WasFreed};
use crate::post::{Call, Refusal};
use crate::proofs::Proofs;
use crate::slot::CardInside;
use crate::words::{lock_document, not_freed_words};

/// So often the station looks whether a card that waits is still in.
const LOOK: Duration = Duration::from_millis(50);
/// A card whose answer got lost while it stayed in gets its power again so often.
const TRIES: usize = 3;

/// A grey card that waits for the centre or for a neighbour is tried again after twice as long each time, up to this; at once
/// when there is news.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A card from its insertion to its end.
pub(crate) struct Session {
    pub(crate) card: Contact,
    pub(crate) asn: Option<Asn>,
    /// Tried again at this moment, and so long after the time before.
    again: Option<(Instant, Duration)>,
    /// What the centre waits for is being asked.
    open: Option<Proofs>,
    /// It was freed here, and no visit has said so yet.
    pub(crate) freed: Option<WasFreed>,
}

impl Session {
    /// Asks the card for the proofs that the centre waits for, once it is known which.
    fn bring_proofs(&mut self) {
        if !self.card.is_in() {
            return;
        }
        if let Some(came) = self.open.as_ref().and_then(Proofs::came) {
            self.open = None;
            came.bring(&mut self.card);
        }
    }

    /// What only waits is tried again in its own time, too: neighbours tell nobody when they have a record. A record that
    /// the card refused is not among it, since it counts.
    fn wait_after(&mut self, first: Duration, reason: Option<&NotFreed>) {
        self.again = match reason {
            Some(NotFreed::Wait(_) | NotFreed::NoRecordNoLink) => {
                let pause = self.again.map_or(first, |(_, pause)| (pause * 2).min(LONGEST_PAUSE));
                Some((Instant::now() + pause, pause))
            }
            _ => None,
        };
    }
}

impl Nozzle {
    /// A card was put in; returns when it is out again, or the station ends.
    pub(crate) fn card_in(&mut self, inside: CardInside) -> Result<(), Trouble> {
        let mut session =
            Session { card: self.contact(inside), asn: None, again: None, open: None, freed: None };
        self.given = true;
        self.post.take_commands();
        let attended = self.attend(&mut session);
        self.post.watches(None);
        self.given = session.card.is_in();
        let refusal = if self.given { Refusal::Busy } else { Refusal::NoCard };
        if let Some((visit, command)) = self.post.refuse(refusal) {
            let begun = outcome::begun(self.number, visit, command.name());
            let begun = outcome::with_card(begun, session.asn, session.freed.as_ref());
            let (name, words) = match self.given {
                false => ("card_lost", "the card was pulled before anything began"),
                true => ("out_of_order", "the nozzle fell out of order before anything began"),
            };
            self.post.end_visit(&outcome::refused(begun, name, words.to_owned()));
        }
        attended
    }

    fn contact(&mut self, inside: CardInside) -> Contact {
        let CardInside { chip, presence } = inside;
        self.works.pump.watch(Some(Arc::clone(&presence)));
        Contact::card(Arc::clone(&self.common), self.number, chip, presence)
    }

    fn attend(&mut self, session: &mut Session) -> Result<(), Trouble> {
        self.look(session)?;
        session.open = session.asn.and_then(|asn| Proofs::ask(&self.common.uplink, asn));
        while session.card.is_in() && !self.common.is_closing() {
            match self.post.wait(LOOK) {
                Call::Command(visit, command) => {
                    self.obey(session, visit, command)?;
                    if session.card.is_in() && !self.common.is_closing() {
                        self.look(session)?;
                    }
                }
                Call::LookAgain if self.post.watched().is_some() => {
                    // The pause goes on growing: a line that comes and goes must not make a card ask all the time.
                    self.look_once_more(session)?;
                }
                Call::LookAgain => {}
                Call::Nothing if session.again.is_some_and(|(at, _)| at <= Instant::now()) => {
                    self.look_once_more(session)?;
                }
                Call::Nothing => session.bring_proofs(),
            }
        }
        Ok(())
    }

    fn obey(&mut self, session: &mut Session, visit: u64, command: Command) -> Result<(), Trouble> {
        let begun = outcome::begun(self.number, visit, command.name());
        self.post.show(|nozzle| {
            (nozzle.state, nozzle.message) = ("busy".to_owned(), None);
            (nozzle.visit, nozzle.sale) = (Some(visit), None);
        });
        let before = self.apdus(session);
        let meant = command.card();
        let (mut ended, trouble) = match command {
            // Whoever typed the PIN saw another card go in: not even a wrong try is counted on this one.
            _ if meant.is_some() && meant != session.asn => {
                (self.another_card(session, begun), None)
            }
            Command::Refuel(refuel) => self.refuel(session, begun, &refuel),
            Command::Unlock => self.unlock(session, begun),
            Command::Pay(pay) => self.pay(session, begun, &pay),
        };
        ended.apdus = self.apdus(session) - before;
        // Who hears of the end pulls the card.
        session.bring_proofs();
        self.post.end_visit(&ended);
        trouble.map_or(Ok(()), Err)
    }

    fn another_card(&self, session: &Session, begun: Outcome) -> Outcome {
        let begun = outcome::with_card(begun, session.asn, session.freed.as_ref());
        outcome::refused(
            begun,
            "another_card",
            "another card is in than the one that is meant".to_owned(),
        )
    }

    fn apdus(&self, session: &Session) -> u32 {
        session.card.apdus + self.works.psam.apdus
    }

    /// Frees the card as far as that goes, and shows what it is. One whose answer got lost gets its power again.
    fn look(&mut self, session: &mut Session) -> Result<(), Trouble> {
        self.post.show(|nozzle| nozzle.state = "busy".to_owned());
        self.look_once_more(session)
    }

    /// The same for a grey card that waits: nobody need see that it is tried.
    fn look_once_more(&mut self, session: &mut Session) -> Result<(), Trouble> {
        self.post.looks();
        let mut begun = self.begin(session);
        for _ in 1..TRIES {
            let lost = matches!(begun, Err(NotFreed::Failed(Failure::CardLost { .. })));
            if !lost || !session.card.is_in() || self.common.is_closing() {
                break;
            }
            self.power_again(session)?;
            begun = self.begin(session);
        }
        if let Ok(ready) = &begun
            && ready.status().state == GreyState::Debited
        {
            // What breaks here the card shows again at its next visit.
            begun = self.collect(session).unwrap_or(Ok(*ready));
        }
        if !session.card.is_in() {
            return Ok(());
        }
        let seen = self.see(session, begun.as_ref());
        if seen.is_none() {
            self.post.watches(None);
        }
        session.wait_after(self.common.first_pause, begun.as_ref().err());
        let message = begun.as_ref().err().map(not_freed_words);
        self.post.show(|nozzle| {
            nozzle.state = "card".to_owned();
            (nozzle.message, nozzle.card) = (message, seen);
        });
        match &begun {
            Err(NotFreed::Failed(failure)) => self.works.trouble(failure).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// The TAC that a card brings from elsewhere is durable by now, and goes up: it is cleared, and what that answers is kept,
    /// too (protocol §9). A MAC3 stays on the card until the centre has it.
    fn collect(&mut self, session: &mut Session) -> Option<Result<Ready, NotFreed>> {
        let card = &mut session.card;
        if let CardIs::TacUnread(unread) = terminal::present(card).ok()?
            && unread.status().state == GreyState::Debited
        {
            unread.collect(card, &mut self.works.book).ok()?;
        }
        match terminal::present(card).ok()? {
            CardIs::Ready(ready) => Some(Ok(ready)),
            _ => None,
        }
    }

    /// What the journal holds open is finished, and a grey card is unlocked; that is a visit of its own, and so is each
    /// purchase whose answer had been lost and that the card shows now.
    pub(crate) fn begin(&mut self, session: &mut Session) -> Result<Ready, NotFreed> {
        let before = self.apdus(session);
        let sale = self.sale_terms(Amount::MAX);
        let uplink = Arc::clone(&self.common.uplink);
        let mut line = Line::new(&*uplink);
        let mut freed = None;
        self.works.book.ended_purchases();
        let mut terminal = self.works.terminal(&mut session.card, sale);
        let begun = visit::begin(&mut terminal, &mut line, &mut freed);
        for found in self.works.book.ended_purchases() {
            let visit = outcome::begun(self.number, self.post.begin_visit(), "purchase");
            self.post.end_visit(&outcome::purchase_found(visit, &found));
        }
        if let Some(freed) = freed {
            let freed = WasFreed { freed, how: line.how(freed.how) };
            session.freed = Some(freed);
            let visit = outcome::begun(self.number, self.post.begin_visit(), "unlock");
            let mut unlocked = outcome::unlocked(visit, &freed);
            unlocked.apdus = self.apdus(session) - before;
            self.post.end_visit(&unlocked);
        }
        begun
    }

    /// Gives the card its power again after its exchange broke.
    fn power_again(&mut self, session: &mut Session) -> Result<(), Trouble> {
        let again = self.slot.again().map_err(|silent| Trouble::Reader(silent.0))?;
        if let Some(inside) = again {
            let apdus = session.card.apdus;
            session.card = self.contact(inside);
            session.card.apdus = apdus;
        }
        Ok(())
    }

    /// What the card shows without a PIN.
    fn see(&self, session: &mut Session, begun: Result<&Ready, &NotFreed>) -> Option<CardSeen> {
        let card = &mut session.card;
        let (asn, state, lock) = match begun {
            Ok(ready) => (ready.asn(), state_of(ready), None),
            Err(_) => match terminal::present(card).ok()? {
                CardIs::Grey(grey) => (grey.asn(), "grey", Some(grey.lock_id())),
                CardIs::Ready(ready) => (ready.asn(), state_of(&ready), None),
                CardIs::TacUnread(unread) => (unread.asn(), "tac_unread", None),
            },
        };
        session.asn = Some(asn);
        let listed = |lock| self.common.is_on_the_list(lock);
        if self.post.watches(lock) && lock.as_ref().is_some_and(listed) {
            self.post.look_again();
        }
        let lock = lock.as_ref().map(lock_document);
        let purses = [Purse::Ed, Purse::Ep].into_iter().filter_map(|purse| {
            let balance = balance(&mut session.card, purse)?.units();
            Some(PurseSeen { purse: purse.to_string(), balance })
        });
        let purses = purses.collect();
        Some(CardSeen { asn: asn.to_string(), state: state.to_owned(), purses, lock })
    }
}

fn state_of(ready: &Ready) -> &'static str {
    match ready.status().state {
        _ if ready.application_locked() => "app_locked",
        GreyState::Debited | GreyState::UnlockedOnline => "tac_unread",
        GreyState::Unlocked | GreyState::Grey => "unlocked",
    }
}

/// GET BALANCE; `None` where the card has no such purse.
fn balance(card: &mut Contact, purse: Purse) -> Option<Amount> {
    let answer = card.transmit(&CardCommand::GetBalance(purse).encode()).ok()?;
    let (data, status) = split_response(&answer)?;
    let bytes = data.try_into().ok().filter(|_| status == StatusWord::DONE)?;
    Amount::from_bytes(bytes)
}
