//! A card's stay at a terminal: the real rules at work on the wires of the model.

use std::cell::RefCell;
use std::sync::Arc;

use station::visit;
use terminal::{CardIs, Clock, SaleTerms, Terminal};
use wire::record::Rounding;
use wire::{CardCommand, Purse, Stamp, StatusWord};

use crate::card::Card;
use crate::card_wire::CardWire;
use crate::centre_wire::{CentreWire, Line};
use crate::journal_wire::JournalWire;
use crate::mishap::Oracle;
use crate::psam_wire::PsamWire;
use crate::pump_wire::PumpWire;
use crate::world::{STATIONS, World, cents, now};

/// The clock of every terminal.
pub(crate) struct Now;

impl Clock for Now {
    fn now(&mut self) -> Stamp {
        now()
    }
}

/// What is sold: a unit of quantity costs a unit of money.
const SALE: SaleTerms = SaleTerms {
    nozzle: 1,
    product: 1,
    unit_price: 1000,
    rounding: Rounding::Down,
    limit: wire::Amount::MAX,
};

pub(crate) type AtModel<'a, 'w> =
    Terminal<'a, CardWire<'w>, PsamWire<'w>, JournalWire<'w>, Now, PumpWire<'w>>;

/// A terminal at work with whatever card is in it, under a script.
pub(crate) fn stay(
    world: &mut World,
    card: Option<u8>,
    terminal: u8,
    line: Line,
    oracle: &RefCell<Oracle>,
    work: impl FnOnce(&mut AtModel<'_, '_>, &mut CentreWire<'_>),
) {
    let at = usize::from(terminal);
    let tid = world.psams[at].tid;
    let mut nobody = Card::new(wire::Asn::default(), cents(0));
    let chip = match card {
        Some(card) => &mut world.cards[usize::from(card)],
        None => &mut nobody,
    };
    oracle.borrow_mut().pulled = card.is_none();
    let flowed = {
        let mut card_wire = CardWire { card: &mut *chip, oracle };
        let mut psam = PsamWire { psam: &mut world.psams[at], oracle, no_card: card.is_none() };
        let mut journal = JournalWire { kept: &mut world.journals[at], oracle };
        let totalizer = &mut world.totalizers[at];
        let mut pump = PumpWire { totalizer, oracle, wanted: cents(0), flowed: None };
        let (centre, late, station) = (&mut world.centre, &mut world.late, STATIONS[at]);
        let mut link = CentreWire { centre, station, line, oracle, late };
        let mut terminal = Terminal {
            card: &mut card_wire,
            psam: &mut psam,
            journal: &mut journal,
            clock: &mut Now,
            dispenser: &mut pump,
            sale: SALE,
            tid,
            alone: true,
        };
        work(&mut terminal, &mut link);
        pump.flowed
    };
    if let Some((lock, amount)) = flowed {
        Arc::make_mut(&mut world.flowed).insert(lock, amount);
    }
    let withheld = oracle.borrow_mut().withheld.take();
    if let Some(Ok(command)) = withheld.as_deref().map(CardCommand::parse) {
        chip.answer(&command);
    }
    chip.power_off();
}

/// What a station does with a card that wants no fuel.
pub(crate) fn free(terminal: &mut AtModel<'_, '_>, link: &mut CentreWire<'_>) {
    let Ok(begun) = terminal.begin() else { return };
    match begun.card {
        CardIs::Grey(grey) => {
            let _ = visit::free(terminal.card, terminal.journal, link, terminal.tid, &grey);
        }
        CardIs::TacUnread(unread) => {
            let _ = visit::read_tac(terminal.card, terminal.journal, link, unread);
        }
        CardIs::Ready(_) => {
            let _ = visit::upload(terminal.journal, link);
        }
    }
}

const SELECT: CardCommand<'static> =
    CardCommand::SelectFile { id: wire::files::APPLICATION_FILE, le: Some(0) };

/// A thief's terminal: SELECT, then one command.
pub(crate) fn play(world: &mut World, card: u8, command: &CardCommand<'_>) {
    let chip = &mut world.cards[usize::from(card)];
    chip.answer(&SELECT);
    chip.answer(command);
    chip.power_off();
}

/// A command that was heard, with the INITIALIZE that it needs.
pub(crate) fn replay(world: &mut World, card: u8, bytes: &[u8]) {
    let Ok(command) = CardCommand::parse(bytes) else { return };
    let chip = &mut world.cards[usize::from(card)];
    let fields = wire::card_command::Initialize {
        purse: Purse::Ed,
        key_index: 1,
        tid: chip.grey.map_or(world.psams[0].tid, |grey| grey.tid),
    };
    chip.answer(&SELECT);
    let begun = match command {
        CardCommand::LockForRefuel(_) => chip.answer(&CardCommand::InitializeForRefuel(fields)).1,
        CardCommand::DebitForUnlock(_) => chip.answer(&CardCommand::InitializeForUnlock(fields)).1,
        _ => StatusWord::DONE,
    };
    if begun.is_done() {
        chip.answer(&command);
    }
    chip.power_off();
}
