//! What stories do beyond what hands at a pump do.

use std::sync::Arc;

use api::operate::Ruling;
use api::site::PayAsked;
use api::unlock::UnblockAsked;
use wire::card_command::DebitForRefuel;
use wire::{Amount, CardCommand, Mac};

use super::At;
use super::play::{Teller, words};
use crate::books::look;
use crate::documents::{TimelineLine, WorldEvent};
use crate::memory::Memory;
use crate::psams::PsamFails;
use crate::readers::Tinkering;
use crate::tell;
use crate::town::PIN;
use crate::world::World;

/// The two who decide together.
const OPERATORS: [&str; 2] = ["Mona", "Karl"];
/// A card takes so many false codes until its application locks itself (protocol §5).
const FALSE_CODES: u32 = 3;

/// No card's power will fail, and no PSAM.
pub(super) fn disarm(world: &World) {
    world.cards.iter().for_each(|card| card.body.tear(None));
    let places = world.houses.iter().flat_map(|house| house.places.values());
    places.for_each(|place| place.psam.fail(None));
}

impl Drop for Teller<'_> {
    /// A story that is stopped before what it armed goes off leaves it to nobody.
    fn drop(&mut self) {
        disarm(&self.world);
        self.world.timeline.world_changed();
    }
}

impl Teller<'_> {
    /// A load or a purchase.
    pub(super) fn pay(&mut self, at: At, what: &str, amount: u32) -> Result<(), String> {
        self.remember(at);
        let asked = PayAsked {
            what: what.to_owned(),
            pin: Some(PIN.to_owned()),
            purse: self.purse_at(at),
            amount,
            card: None,
        };
        let station = self.station(at.0).ok_or("the station has no power")?;
        station.pay(at.1, asked).map(|_| ()).map_err(words)
    }

    pub(super) fn unlock(&mut self, at: At) -> Result<(), String> {
        self.remember(at);
        let station = self.station(at.0).ok_or("the station has no power")?;
        station.unlock(at.1).map(|_| ()).map_err(words)
    }

    pub(super) fn psam_fails(&self, at: At, how: PsamFails) -> Result<(), String> {
        let place = self.world.house(at.0).map_err(words)?.places.get(&at.1);
        place.ok_or("there is no such nozzle")?.psam.fail(Some(how));
        Ok(())
    }

    /// The grey record of the last escape goes from one station to another on paper.
    pub(super) async fn paper(&mut self, name: &str) -> Result<(), String> {
        let (at, outcome) = self.escaped.clone().ok_or("no card escaped")?;
        let lock = outcome.lock.ok_or("an escape without a lock")?;
        let station = self.station(at.0).ok_or("the first station has no power")?;
        let tid = lock.tid.parse().map_err(words)?;
        let paper = station.paper(tid, wire::Ttc(lock.ttc)).ok_or("there is no such receipt")?;
        let house = Arc::clone(self.world.house(name).map_err(words)?);
        let text = paper.to_text();
        let showing = tokio::task::spawn_blocking(move || house.show_paper(&text));
        showing.await.map_err(words)?.map(|_| ())
    }

    /// Sends the card the last DEBIT that the timeline has of it again, at a terminal of nobody.
    pub(super) fn replay(&self, card: usize) -> Result<(), String> {
        let recorded = self.recorded_debit().ok_or("the timeline has no DEBIT")?;
        let send = |card: &mut Tinkering| Ok(card.send(&recorded)?.1);
        let answer = self.world.tinker(&self.asn(card)?, "is sent a recorded DEBIT", send)?;
        match answer {
            // 9406: no such lock. 6985: not now.
            0x9406 | 0x6985 => Ok(()),
            other => Err(format!("the card answered {other:04X}")),
        }
    }

    fn recorded_debit(&self) -> Option<Vec<u8>> {
        const DEBIT_FOR_REFUEL: &str = "E07E08";
        let told = self.demo.timeline.kept_now();
        let debit = told.iter().rev().find_map(|event| match &**event {
            WorldEvent::Told { line: TimelineLine { detail: Some(detail), .. } } => {
                let command = detail.command.as_ref()?.to_uppercase();
                command.starts_with(DEBIT_FOR_REFUEL).then_some(command)
            }
            _ => None,
        });
        hex::decode(debit?).ok()
    }

    /// DEBITs of the lock that the card is under, with codes that are none.
    pub(super) fn false_debits(&self, card: usize) -> Result<(), String> {
        let view = look(&self.card(card)?.body.memory).ok_or("the card cannot be read")?;
        let terms = view.lock().ok_or("the card is not grey")?.terms;
        let debit = CardCommand::DebitForRefuel(DebitForRefuel {
            purse: terms.purse,
            amount: Amount::ZERO,
            ctc: terms.ctc.wrapping_add(1),
            tid: terms.tid,
            ttc: terms.ttc,
            date: terms.date,
            time: terms.time,
            gmac: Mac([0; 4]),
        });
        let send = |card: &mut Tinkering| {
            (0..FALSE_CODES).try_for_each(|_| card.send(&debit.encode()).map(|_| ()))
        };
        self.world.tinker(&self.asn(card)?, "is sent three DEBITs with false codes", send)
    }

    /// At the issuer's counter: the centre makes the code over the card's challenge (protocol §7).
    pub(super) async fn unblock(&self, card: usize) -> Result<(), String> {
        let (asn, world) = (self.asn(card)?, Arc::clone(&self.world));
        let (office, path) = (Arc::clone(&world.office), format!("/v1/cards/{asn}/unblock"));
        let runtime = tokio::runtime::Handle::current();
        let send = move |card: &mut Tinkering| {
            let (challenge, _) = card.send(&CardCommand::GetChallenge { len: 4 }.encode())?;
            let asked = UnblockAsked { challenge: hex::encode(challenge), key_version: None };
            let said = runtime.block_on(office.operate(OPERATORS[0], &path, asked))?;
            let mac = said["mac"].as_str().and_then(|mac| hex::decode(mac).ok());
            let mac = mac.and_then(|mac| mac.try_into().ok()).ok_or("the centre gave no code")?;
            match card.send(&CardCommand::ApplicationUnblock { mac: Mac(mac) }.encode())? {
                (_, 0x9000) => Ok(()),
                (_, status) => Err(format!("the card answered {status:04X}")),
            }
        };
        let asn = self.asn(card)?;
        let tinkering =
            tokio::task::spawn_blocking(move || world.tinker(&asn, "is unblocked", send));
        tinkering.await.map_err(words)?
    }

    /// One operator proposes what the last escape costs, another one approves: this, or what flowed, as the totalizer
    /// shows it.
    pub(super) async fn rule(&self, amount: Option<u32>) -> Result<(), String> {
        let (_, outcome) = self.escaped.clone().ok_or("no card escaped")?;
        let ruling = Ruling {
            lock: outcome.lock.ok_or("an escape without a lock")?,
            ruling: "unlock".to_owned(),
            amount: amount.unwrap_or(outcome.amount).into(),
            reason: amount
                .map_or("the totalizer was read on the spot", |_| "by the receipt")
                .to_owned(),
        };
        let office = &self.world.office;
        for (operator, path) in OPERATORS.into_iter().zip(["/v1/rulings", "/v1/rulings/approvals"])
        {
            office.operate(operator, path, &ruling).await?;
            let amount = tell::money(ruling.amount);
            let words = format!("operator {operator} says that the lock costs {amount}");
            self.demo.timeline.tell(self.world.stamped(tell::line("centre", "ruling", words)));
        }
        Ok(())
    }

    /// Somebody copies a chip.
    pub(super) fn copy(&mut self, card: usize) -> Result<(), String> {
        let copy = Memory::of(self.card(card)?.body.memory.copy());
        self.copies.insert(card, copy);
        Ok(())
    }

    /// The copy takes the place of the card, and the other way round.
    pub(super) fn swap(&self, card: usize) -> Result<(), String> {
        let copy = self.copies.get(&card).ok_or("there is no copy")?;
        self.card(card)?.body.memory.swap(copy).map_err(words)?;
        self.world.timeline.world_changed();
        Ok(())
    }
}
