//! What can be done in a state.

use terminal::Progress;
use wire::card_command::{DebitForRefuel, DebitForUnlock, LockForRefuel};
use wire::{Asn, CardCommand, ClaimedRecord, GreyState, LockTerms, Report, Scheme};

use crate::centre_wire::Line;
use crate::code;
use crate::deed::Deed;
use crate::world::World;

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
    pub(crate) const fn is_message(&self) -> bool {
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
    let journals = world.journals.iter().flat_map(|journal| journal.index().locks());
    let mut commands = Vec::new();
    for progress in journals.map(|(_, progress)| progress) {
        let Some(terms) = progress.terms().filter(|terms| terms.id.asn == asn) else { continue };
        commands.push(lock_command(terms).encode().to_vec());
        if let Some(record) = progress.record() {
            commands.push(debit_command(record).encode().to_vec());
        }
    }
    let answers = world.centre.decisions().iter().filter(|row| row.lock.asn == asn);
    commands.extend(answers.map(|row| {
        let host::DecisionRow { amount, date, time, mac2, .. } = *row;
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
    let index = world.journals[usize::from(terminal)].index();
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
