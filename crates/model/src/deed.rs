//! What people, devices and messages do: one deed is one step of the model.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use host::UnlockRequest;
use station::visit;
use terminal::flow::Wish;
use terminal::{CardIs, Checks, Clock, Progress, SaleTerms, Terminal};
use wire::card_command::{DebitForRefuel, DebitForUnlock, LockForRefuel};
use wire::record::Rounding;
use wire::{
    Asn, CardCommand, ClaimedRecord, GreyState, LockTerms, Purse, Report, Scheme, Stamp, StatusWord,
};

use crate::card_wire::CardWire;
use crate::centre_wire::{CentreWire, Line};
use crate::code;
use crate::journal_wire::JournalWire;
use crate::mishap::{Kind, Oracle, Script};
use crate::psam_wire::PsamWire;
use crate::pump_wire::PumpWire;
use crate::world::{STATIONS, World, cents, now};

/// One deed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Deed {
    /// A card is put in, and its customer wants fuel for so much.
    Refuel { card: u8, terminal: u8, line: Line, amount: u8 },
    /// A card is put in to be freed, or to have its TAC read.
    Visit { card: u8, terminal: u8, line: Line },
    /// A terminal's power comes back, and no card is there.
    Wake { terminal: u8 },
    /// The centre hears what a station's journal once had to say.
    Hear { terminal: u8, report: Report },
    /// A request that was on its way for long arrives.
    Arrive(UnlockRequest),
    /// Somebody plays a command that he has heard to a card.
    Replay { card: u8, command: Vec<u8> },
    /// Somebody clears the unread TAC of a card.
    Clear { card: u8 },
    /// A station says that nothing was delivered on a lock on which something may have been.
    Lie { terminal: u8, report: Report },
}

/// The clock of every terminal.
struct Now;

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

impl Deed {
    /// Everything that can be done now, mishaps aside.
    pub(crate) fn all(world: &World) -> Vec<Self> {
        let mut deeds = Self::possible(world);
        if world.listening {
            deeds.retain(|deed| deed.is_message() || deed.asks());
        } else if !deeds.iter().any(Self::asks) {
            deeds.retain(|deed| !deed.is_message());
        }
        deeds
    }

    /// The centre hears something.
    const fn is_message(&self) -> bool {
        matches!(self, Self::Hear { .. } | Self::Lie { .. })
    }

    /// The centre answers something.
    const fn asks(&self) -> bool {
        match self {
            Self::Refuel { line, .. } | Self::Visit { line, .. } => !matches!(line, Line::Down),
            Self::Arrive(_) => true,
            _ => false,
        }
    }

    fn possible(world: &World) -> Vec<Self> {
        let mut deeds = Vec::new();
        // Cards are alike, and so are terminals: before anything was drawn, the first stands
        // for all.
        let alike = world.psams.iter().all(|psam| psam.next == 1);
        for (card, chip) in (0u8..).zip(&world.cards).take(if alike { 1 } else { 255 }) {
            for terminal in terminals(world) {
                visits(world, card, terminal, &mut deeds);
            }
            if world.left.faults > 0 {
                let commands = heard(world, chip.asn).into_iter();
                deeds.extend(commands.map(|command| Self::Replay { card, command }));
                if unread(world, card) {
                    deeds.push(Self::Clear { card });
                }
            }
        }
        for terminal in terminals(world) {
            messages(world, terminal, &mut deeds);
        }
        deeds.extend(world.late.iter().copied().map(Self::Arrive));
        deeds
    }

    /// What the deed itself costs of the bound on faults.
    const fn cost(&self) -> u8 {
        match self {
            Self::Replay { .. } | Self::Clear { .. } | Self::Lie { .. } => 1,
            _ => 0,
        }
    }

    /// Every way in which the deed can end, with the shortest script for each.
    pub(crate) fn outcomes(&self, world: &World) -> Vec<(Script, World)> {
        let mut found: BTreeMap<u64, (Script, World)> = BTreeMap::new();
        let most = world.left.faults.saturating_sub(self.cost());
        let mut open = vec![Script::new()];
        while let Some(script) = open.pop() {
            let (after, oracle) = self.run(world, &script);
            if script.len() < usize::from(most) {
                open.extend(oracle.longer());
            }
            let fingerprint = after.fingerprint();
            match found.get(&fingerprint) {
                Some((known, _)) if known.len() <= script.len() => {}
                _ => {
                    found.insert(fingerprint, (script, after));
                }
            }
        }
        found.into_values().collect()
    }

    /// Plays the deed under a script.
    pub(crate) fn run(&self, before: &World, script: &Script) -> (World, Oracle) {
        let mut world = before.clone();
        let oracle = RefCell::new(Oracle::new(script.clone()));
        let mishaps = u8::try_from(script.len()).unwrap_or(u8::MAX);
        world.left.faults = world.left.faults.saturating_sub(mishaps + self.cost());
        world.tampered |= script.iter().any(|mishap| is_tampering(mishap.kind));
        match self {
            Self::Refuel { card, terminal, line, amount } => {
                world.left.refuels[usize::from(*card)] -= 1;
                stay(&mut world, Some(*card), *terminal, *line, &oracle, |terminal, link| {
                    let amount = cents(*amount);
                    terminal.dispenser.wanted = amount;
                    let wish = Wish { purse: Purse::Ed, pin: &[0x12, 0x34, 0x56], amount: None };
                    let today = now().date;
                    let checks = Checks { today, issuers: &[], blacklist: &[] };
                    let _ = visit::refuel(terminal, link, &checks, &wish, &mut None);
                });
            }
            Self::Visit { card, terminal, line } => {
                world.left.visits -= 1;
                stay(&mut world, Some(*card), *terminal, *line, &oracle, free);
            }
            Self::Wake { terminal } => {
                stay(&mut world, None, *terminal, Line::Down, &oracle, |terminal, _| {
                    let _ = terminal.recover(None);
                });
            }
            Self::Hear { terminal, report } | Self::Lie { terminal, report } => {
                let centre = Arc::make_mut(&mut world.centre);
                let _ = centre.hear(STATIONS[usize::from(*terminal)], report, now());
                if let (Self::Lie { .. }, Some(lock)) = (self, lock_of(report)) {
                    Arc::make_mut(&mut world.lied).insert(lock);
                }
            }
            Self::Arrive(request) => {
                Arc::make_mut(&mut world.late).remove(request);
                let _ = Arc::make_mut(&mut world.centre).unlock(request);
            }
            Self::Replay { card, command } => replay(&mut world, *card, command),
            Self::Clear { card } => play(
                &mut world,
                *card,
                &CardCommand::GetGreyStatus(wire::card_command::StatusMode::ReadAndClear),
            ),
        }
        world.listening = self.is_message();
        if !world.follows(before) {
            world.broken = Some("a number went back, or money came out of nothing");
        }
        (world, oracle.into_inner())
    }
}

fn terminals(world: &World) -> impl Iterator<Item = u8> + use<> {
    let drawn = world.psams.iter().any(|psam| psam.next > 1);
    let all = u8::try_from(world.psams.len()).unwrap_or(u8::MAX);
    0..if drawn { all } else { 1 }
}

fn unread(world: &World, card: u8) -> bool {
    let state = world.cards[usize::from(card)].full_status().state;
    matches!(state, GreyState::Debited | GreyState::UnlockedOnline)
}

/// The commands to a card that somebody on a wire may have heard: every one that was ready to be
/// sent. Those that the card obeyed already are among them.
fn heard(world: &World, asn: Asn) -> Vec<Vec<u8>> {
    let journals = world.journals.iter().flat_map(|journal| journal.index.locks());
    let mut commands = Vec::new();
    for progress in journals.map(|(_, progress)| progress) {
        let Some(terms) = progress.terms().filter(|terms| terms.id.asn == asn) else { continue };
        commands.push(lock_command(terms).encode().to_vec());
        if let Some(record) = progress.record() {
            commands.push(debit_command(record).encode().to_vec());
        }
    }
    let answers = world.centre.decisions().into_iter().filter(|row| row.lock.asn == asn);
    commands.extend(answers.map(|row| {
        let host::DecisionRow { amount, date, time, mac2, .. } = row;
        let fields = DebitForUnlock { amount, date, time, mac2 };
        CardCommand::DebitForUnlock(fields).encode().to_vec()
    }));
    commands
}

fn lock_command(terms: &LockTerms) -> CardCommand<'static> {
    let LockTerms { id, icc, trn, balance, at, .. } = *terms;
    let lock = crypto::Lock {
        scheme: Scheme::Seed,
        purse: id.purse,
        balance,
        ctc: id.ctc,
        icc,
        tid: id.tid,
        ttc: id.ttc,
        date: at.date,
        time: at.time,
    };
    let mac1 = code::mac1(id.asn, &lock);
    let (date, time) = (at.date, at.time);
    CardCommand::LockForRefuel(LockForRefuel { ttc: id.ttc, trn, date, time, mac1 })
}

const fn debit_command(record: &ClaimedRecord) -> CardCommand<'static> {
    let ClaimedRecord { terms, delivery, claim, .. } = record;
    CardCommand::DebitForRefuel(DebitForRefuel {
        purse: terms.id.purse,
        amount: delivery.amount,
        ctc: terms.id.ctc + 1,
        tid: terms.id.tid,
        ttc: terms.id.ttc,
        date: delivery.at.date,
        time: delivery.at.time,
        gmac: claim.gmac,
    })
}

fn visits(world: &World, card: u8, terminal: u8, deeds: &mut Vec<Deed>) {
    let chip = &world.cards[usize::from(card)];
    // With a free card the line brings nothing that a message before or after does not.
    let lines: &[Line] = match chip.full_status().state {
        GreyState::Grey => &[Line::Up, Line::NoList, Line::Down],
        GreyState::UnlockedOnline => &[Line::Up, Line::Down],
        GreyState::Debited => &[Line::Down],
        GreyState::Unlocked => &[],
    };
    if world.left.refuels[usize::from(card)] > 0 {
        for line in if lines.is_empty() { &[Line::Down] } else { lines } {
            let amounts = [0, 1];
            deeds.extend(amounts.map(|amount| Deed::Refuel {
                card,
                terminal,
                line: *line,
                amount,
            }));
        }
    }
    if world.left.visits > 0 {
        deeds.extend(lines.iter().map(|line| Deed::Visit { card, terminal, line: *line }));
    }
}

/// What a station can say now, and what it could have said before: messages are late, come
/// again, in another order, or never. And lies.
fn messages(world: &World, terminal: u8, deeds: &mut Vec<Deed>) {
    let index = &world.journals[usize::from(terminal)].index;
    if index.next_open(None).is_some() {
        deeds.push(Deed::Wake { terminal });
    }
    for ((tid, ttc), progress) in index.locks() {
        let mut say = |report| deeds.push(Deed::Hear { terminal, report });
        match progress {
            Progress::Claimed(record) | Progress::Settled(record, _) => {
                let wire::ClaimedRecord { terms, certified, delivery, .. } = *record;
                say(Report::Unproved(terms, certified, delivery));
                say(Report::Grey(*record));
                if let Progress::Settled(_, tac) = progress {
                    say(Report::Sale(*record, *tac));
                }
            }
            other => other.report(tid, ttc).into_iter().for_each(say),
        }
        let delivered = !matches!(
            progress,
            Progress::LockSent(_) | Progress::NoDispense(_) | Progress::Void(_)
        );
        if let (true, true, Some(terms)) = (world.left.faults > 0, delivered, progress.terms()) {
            deeds.push(Deed::Lie { terminal, report: Report::NoDispense(*terms) });
            deeds.push(Deed::Lie { terminal, report: Report::Void(tid, ttc) });
        }
    }
    for seen in index.tacs_seen() {
        let report = Report::TacSeen(seen.asn, seen.status);
        deeds.push(Deed::Hear { terminal, report });
    }
}

const fn lock_of(report: &Report) -> Option<(wire::Tid, wire::Ttc)> {
    match report {
        Report::NoDispense(terms) => Some((terms.id.tid, terms.id.ttc)),
        Report::Void(tid, ttc) => Some((*tid, *ttc)),
        _ => None,
    }
}

const fn is_tampering(kind: Kind) -> bool {
    matches!(kind, Kind::AlteredBalance | Kind::AlteredCtc | Kind::AlteredIcc)
}

type AtModel<'a, 'w> = Terminal<'a, CardWire<'w>, PsamWire<'w>, JournalWire<'w>, Now, PumpWire<'w>>;

/// A terminal at work with whatever card is in it, under a script.
fn stay(
    world: &mut World,
    card: Option<u8>,
    terminal: u8,
    line: Line,
    oracle: &RefCell<Oracle>,
    work: impl FnOnce(&mut AtModel<'_, '_>, &mut CentreWire<'_>),
) {
    let at = usize::from(terminal);
    let tid = world.psams[at].tid;
    let mut nobody = crate::card::Card::new(wire::Asn::default(), cents(0));
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
fn free(terminal: &mut AtModel<'_, '_>, link: &mut CentreWire<'_>) {
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
fn play(world: &mut World, card: u8, command: &CardCommand<'_>) {
    let chip = &mut world.cards[usize::from(card)];
    chip.answer(&SELECT);
    chip.answer(command);
    chip.power_off();
}

/// A command that was heard, with the INITIALIZE that it needs.
fn replay(world: &mut World, card: u8, bytes: &[u8]) {
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

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |index: &u8| index + 1;
        match self {
            Self::Refuel { card, terminal, line, amount } => write!(
                f,
                "card {} is put in at terminal {} ({line}) for fuel of {amount}",
                number(card),
                number(terminal)
            ),
            Self::Visit { card, terminal, line } => write!(
                f,
                "card {} is put in at terminal {} ({line}) to be freed or read",
                number(card),
                number(terminal)
            ),
            Self::Wake { terminal } => {
                write!(f, "terminal {} starts, with no card in it", number(terminal))
            }
            Self::Hear { terminal, report } => {
                write!(f, "the centre hears from station {}: {}", number(terminal), said(report))
            }
            Self::Arrive(_) => f.write_str("an unlock request that was late reaches the centre"),
            Self::Replay { card, command } => {
                let name = CardCommand::parse(command).map_or("a command", |c| c.name());
                write!(f, "somebody plays an old {name} to card {}", number(card))
            }
            Self::Clear { card } => {
                write!(f, "somebody clears the unread TAC of card {}", number(card))
            }
            Self::Lie { terminal, report } => {
                write!(f, "station {} lies: {}", number(terminal), said(report))
            }
        }
    }
}

fn said(report: &Report) -> String {
    match report {
        Report::Sale(record, _) => {
            format!("sale of {} on TTC {}", record.delivery.amount, record.terms.id.ttc)
        }
        Report::Grey(record) => {
            format!("grey record of {} on TTC {}", record.delivery.amount, record.terms.id.ttc)
        }
        Report::Unproved(terms, _, delivery) => {
            format!("unproved delivery of {} on TTC {}", delivery.amount, terms.id.ttc)
        }
        Report::NoDispense(terms) => format!("no dispense on TTC {}", terms.id.ttc),
        Report::Void(_, ttc) => format!("TTC {ttc} is void"),
        Report::TacSeen(_, status) => match status.state {
            GreyState::UnlockedOnline => "a card shows MAC3".to_owned(),
            _ => "a card shows its TAC".to_owned(),
        },
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "no line",
            Self::NoList => "line without the list",
            Self::Up => "line up",
        })
    }
}
