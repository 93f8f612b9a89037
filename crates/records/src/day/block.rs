//! A part of the day: some cards live in it, from its first second to its last, and its rows are decided. No code is made
//! here, so this is quick, and parts follow each other in one thread: they share the counters of PSAMs.

use wire::Date;

use super::draw::Draw;
use super::order::OrderError;
use super::town::{Card, Drawn, Town};
use crate::keys::Versions;
use crate::outcome::{Kind, Outcome};

/// What becomes of a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// Debited at once, and its TAC came.
    Sale,
    /// An escape that comes back: its station reports it as grey, and then as a sale.
    Upgraded,
    /// An escape; another station frees the card and sees its TAC.
    TacSeen,
    /// An escape; the centre frees the card.
    Online,
    /// Debited, and the TAC got lost: the card is free, and shows it when it comes back.
    Lost,
    /// An escape; the card stays away.
    Open,
    /// It never reached the card.
    NoDispense,
    /// It never went out.
    Void,
    /// The PSAM died; the card stays grey.
    Unproved,
}

/// A code that is to be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Forged {
    Mac2,
    Gtac,
    Gmac,
    SamTac,
    Tac,
}

impl Forged {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Mac2 => "mac2",
            Self::Gtac => "gtac",
            Self::Gmac => "gmac",
            Self::SamTac => "sam_tac",
            Self::Tac => "tac",
        }
    }
}

/// A lock, without its codes.
pub(super) struct Lock {
    pub(super) outcome: Outcome,
    /// The place of its key version.
    pub(super) version: usize,
    pub(super) fate: Fate,
    pub(super) forged: Option<Forged>,
    /// One row alone speaks of it.
    pub(super) alone: bool,
    /// The lock of a copied card under the same number, by its place.
    pub(super) twin: Option<usize>,
    /// The card's lock before this one and after it.
    pub(super) previous: Option<usize>,
    pub(super) next: Option<usize>,
}

/// What a row says of a lock, by the lock's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Saying {
    /// What its own station reports.
    Reported(usize),
    /// The same with the TAC, later.
    Upgraded(usize),
    /// Another station saw the TAC.
    TacSeen(usize, u32),
    /// The centre unlocked the card at a station.
    Online(usize, u32),
}

impl Saying {
    pub(super) const fn lock(self) -> usize {
        match self {
            Self::Reported(lock)
            | Self::Upgraded(lock)
            | Self::TacSeen(lock, _)
            | Self::Online(lock, _) => lock,
        }
    }
}

/// What a part of the day is made of.
pub(super) struct Part<'a> {
    pub(super) seed: u64,
    /// Which part it is.
    pub(super) number: u64,
    /// How many rows it has.
    pub(super) rows: usize,
    /// Its cards, by their numbers.
    pub(super) cards: std::ops::Range<u64>,
    /// Its seconds of the day.
    pub(super) seconds: std::ops::Range<u32>,
    pub(super) day: Date,
    pub(super) day_before: Date,
    pub(super) escapes: u32,
    pub(super) upgrades: u32,
    pub(super) duplicates: u32,
    pub(super) late: u32,
    pub(super) clones: usize,
    pub(super) forged: usize,
    pub(super) versions: &'a Versions,
}

/// The rows of a part, without codes.
#[derive(Default)]
pub(super) struct Block {
    pub(super) locks: Vec<Lock>,
    /// In the order in which they come.
    pub(super) rows: Vec<Saying>,
    pub(super) duplicates: u64,
}

/// Minutes east of UTC in the whole network.
const UTC_OFFSET: i16 = 480;
const LAST_SECOND: u32 = 86_399;

/// BCD `hhmmss` of a second of the day.
const fn clock(second: u32) -> u32 {
    (two(second / 3600) << 16) | (two(second / 60 % 60) << 8) | two(second % 60)
}

/// Two decimal digits as BCD.
const fn two(number: u32) -> u32 {
    ((number / 10) << 4) | (number % 10)
}

/// A part in the making.
struct Making<'a> {
    part: &'a Part<'a>,
    town: &'a mut Town,
    draw: Draw,
    cards: Vec<Card>,
    block: Block,
    /// When each row of the block comes.
    when: Vec<u32>,
    /// Of a thousand cards that begin their day so many begin it late.
    late: u32,
}

/// Decides the rows of a part.
///
/// # Errors
/// More is to be forged or copied than there is.
pub(super) fn decide(part: &Part<'_>, town: &mut Town) -> Result<Block, OrderError> {
    let draw = Draw::new(part.seed, part.number);
    let count = part.cards.end - part.cards.start;
    let locks = u32::try_from(part.rows as u64 / count.max(1)).unwrap_or(u32::MAX) + 1;
    let versions = part.versions.all().len();
    let card = |(place, number): (usize, u64)| {
        let card = Card::new(number, part.seed, versions, locks);
        // Enough of them always go on.
        Card { may_stick: place % 2 == 1, ..card }
    };
    let cards = part.cards.clone().enumerate().map(card).collect();
    let block = Block::default();
    let late = late_of(part, count);
    let mut making = Making { part, town, draw, cards, block, when: Vec::new(), late };
    while making.block.rows.len() + part.clones < part.rows {
        making.visit();
    }
    making.copy_cards()?;
    let mut block = making.in_order();
    forge(&mut block, part)?;
    Ok(block)
}

/// Only a card's first lock can be of yesterday, so more of these have to be: with n locks a card about n times as many,
/// and somewhat more where n is small, since some cards have none.
fn late_of(part: &Part<'_>, cards: u64) -> u32 {
    let locks = part.rows as u64 * 1000 / cards.max(1);
    let share = locks.max(1000 + locks / 2) * u64::from(part.late) / 1000;
    u32::try_from(share).unwrap_or(u32::MAX).min(1000)
}

impl Making<'_> {
    /// A card comes to a station, and leaves one row or more.
    fn visit(&mut self) {
        let at = self.card();
        let Some(mut card) = self.cards.get(at).cloned() else { return };
        let late = !card.begun && self.draw.permille(self.late);
        let awaited = card.last.and_then(|last| self.block.locks.get(last));
        let awaited = awaited.is_some_and(|last| last.fate == Fate::Lost);
        let fate = self.fate(&card, awaited);
        let station = self.town.station(&mut self.draw);
        let drawn = self.town.draw(station, late, &mut self.draw);
        let outcome = self.lock(&mut card, fate, &drawn);
        let place = self.block.locks.len();
        let chained = !matches!(fate, Fate::NoDispense | Fate::Void);
        let previous = card.last.filter(|_| chained);
        if chained {
            if let Some(last) = previous.and_then(|last| self.block.locks.get_mut(last)) {
                last.next = Some(place);
            }
            card.last = Some(place);
            card.begun = true;
            card.stuck = matches!(fate, Fate::Open | Fate::Unproved);
        }
        let version = card.version;
        let (forged, alone, twin, next) = (None, true, None, None);
        self.block.locks.push(Lock { outcome, version, fate, forged, alone, twin, previous, next });
        if let Some(there) = self.cards.get_mut(at) {
            *there = card;
        }
        self.rows_of(place, fate, station);
    }

    /// A card that is free, the first such from a drawn place on: those that never stick are among them.
    fn card(&mut self) -> usize {
        let begin = self.draw.place(self.cards.len());
        let free = |at: &usize| self.cards.get(*at).is_some_and(|card| !card.stuck);
        let mut places = (begin..self.cards.len()).chain(0..begin);
        places.find(free).unwrap_or(begin)
    }

    fn fate(&mut self, card: &Card, awaited: bool) -> Fate {
        let two_left = self.block.rows.len() + 1 + self.part.clones < self.part.rows;
        let upgrades = self.part.upgrades;
        if upgrades > 0 && two_left && self.draw.permille(upgrades) {
            return Fate::Upgraded;
        }
        if self.draw.permille(self.part.escapes) {
            return match self.draw.below(100) {
                0..50 if two_left => Fate::TacSeen,
                50..65 if two_left => Fate::Online,
                65..85 if card.may_stick => Fate::Open,
                _ => Fate::Lost,
            };
        }
        match self.draw.below(2000) {
            0..4 => Fate::NoDispense,
            4..8 => Fate::Void,
            // The codes of a card that is awaited come in a record.
            8 if card.may_stick && !awaited => Fate::Unproved,
            _ => Fate::Sale,
        }
    }

    /// The row of a lock without codes, and what it does to its card.
    fn lock(&mut self, card: &mut Card, fate: Fate, drawn: &Drawn) -> Outcome {
        let Part { day, day_before, seconds, rows, versions, .. } = self.part;
        let Drawn { station, tid, ttc, before_midnight } = *drawn;
        if fate == Fate::Void {
            return Outcome { station, kind: Kind::Void.number(), tid, ttc, ..Outcome::default() };
        }
        let span = u64::from(seconds.end - seconds.start) * self.block.rows.len() as u64;
        let now = seconds.start + u32::try_from(span / (*rows).max(1) as u64).unwrap_or(0);
        let (date, begin) = match before_midnight {
            0 => (day, now.max(card.free_at).min(LAST_SECOND)),
            before => (day_before, (LAST_SECOND - 300).saturating_sub(before.saturating_mul(20))),
        };
        let date = u32::from_be_bytes(date.to_bytes());
        let version = versions.all().get(card.version);
        let lock = Outcome {
            station,
            kind: kind_of(fate).number(),
            asn: card.asn,
            purse: card.purse,
            ctc: card.ctc,
            tid,
            ttc,
            key_version: version.map_or(0, |version| version.number),
            algorithm: version.map_or(0, |version| version.algorithm),
            icc: card.icc(),
            trn: self.draw.word() | 0x8000_0000,
            balance: card.balance,
            overdraft: card.overdraft,
            lock_date: date,
            lock_time: clock(begin),
            ..Outcome::default()
        };
        if fate == Fate::NoDispense {
            return lock;
        }
        let end = (begin + 30 + self.draw.below(240)).min(LAST_SECOND);
        let ceiling = card.balance.min(30_000);
        let amount = (300 + self.draw.below(15_000)).min(ceiling);
        if before_midnight == 0 {
            card.free_at = end + 1;
        }
        card.ctc = card.ctc.saturating_add(2);
        card.balance -= amount;
        let end_time = clock(end);
        let utc_offset_minutes = UTC_OFFSET;
        Outcome { amount, end_date: date, end_time, utc_offset_minutes, ceiling, ..lock }
    }

    fn rows_of(&mut self, lock: usize, fate: Fate, station: u32) {
        self.say(Saying::Reported(lock), 0);
        match fate {
            Fate::Upgraded => self.say(Saying::Upgraded(lock), 2_000),
            Fate::TacSeen => {
                let other = self.town.other_station(station, &mut self.draw);
                self.say(Saying::TacSeen(lock, other), 2_000);
            }
            Fate::Online => {
                let other = self.town.other_station(station, &mut self.draw);
                self.say(Saying::Online(lock, other), 2_000);
            }
            _ => {}
        }
    }

    /// A row, and perhaps once more.
    fn say(&mut self, saying: Saying, later: u32) {
        let now = u32::try_from(self.block.rows.len()).unwrap_or(u32::MAX).saturating_add(later);
        self.push(saying, now);
        let room = self.block.rows.len() + self.part.clones < self.part.rows;
        // A row that is still to come finds its place before a repeat does.
        let owed = matches!(saying, Saying::Reported(lock) if self.is_owed(lock));
        if room && !owed && self.draw.permille(self.part.duplicates) {
            let later = 1 + self.draw.below(10_000);
            self.push(saying, now.saturating_add(later));
            self.block.duplicates += 1;
            if let Some(lock) = self.block.locks.get_mut(saying.lock()) {
                lock.alone = false;
            }
        }
    }

    fn is_owed(&self, lock: usize) -> bool {
        let fate = self.block.locks.get(lock).map(|lock| lock.fate);
        matches!(fate, Some(Fate::Upgraded | Fate::TacSeen | Fate::Online))
            && self.block.rows.len() + 1 + self.part.clones >= self.part.rows
    }

    fn push(&mut self, saying: Saying, when: u32) {
        self.block.rows.push(saying);
        self.when.push(when);
    }

    /// Copied cards buy under numbers that their originals used, elsewhere.
    fn copy_cards(&mut self) -> Result<(), OrderError> {
        let Part { clones, rows, .. } = *self.part;
        let mut places = self.block.apart(|lock| lock.fate == Fate::Sale);
        if places.len() < clones {
            let (rows, most) = (rows as u64, places.len() as u64);
            return Err(OrderError::TooManyClones { rows, most, clones: clones as u64 });
        }
        for _ in 0..clones {
            let original = places.swap_remove(self.draw.place(places.len()));
            self.copy_card(original);
        }
        Ok(())
    }

    fn copy_card(&mut self, original: usize) {
        let place = self.block.locks.len();
        let Some(lock) = self.block.locks.get_mut(original) else { return };
        (lock.alone, lock.twin) = (false, Some(place));
        let (version, outcome) = (lock.version, lock.outcome);
        let station = self.town.other_station(outcome.station, &mut self.draw);
        let Drawn { tid, ttc, .. } = self.town.draw(station, false, &mut self.draw);
        let (icc, trn) = (self.draw.word(), self.draw.word() | 0x8000_0000);
        let outcome = Outcome { station, tid, ttc, icc, trn, ..outcome };
        let (fate, twin) = (Fate::Sale, Some(original));
        let (forged, alone, previous, next) = (None, false, None, None);
        self.block.locks.push(Lock { outcome, version, fate, forged, alone, twin, previous, next });
        // After its original: before, the card would seem to have left locks that are still to come.
        let when = self.block.rows.len() + self.draw.place(1_000);
        self.push(Saying::Reported(place), u32::try_from(when).unwrap_or(u32::MAX));
    }

    /// The rows in the order in which they come.
    fn in_order(self) -> Block {
        let mut rows: Vec<(u32, Saying)> = self.when.into_iter().zip(self.block.rows).collect();
        rows.sort_by_key(|(when, _)| *when);
        Block { rows: rows.into_iter().map(|(_, saying)| saying).collect(), ..self.block }
    }
}

impl Block {
    /// Locks of one row on which no other row depends: a card that is awaited is not proved by them.
    fn apart(&self, also: impl Fn(&Lock) -> bool) -> Vec<usize> {
        let awaited = |lock: &Lock| {
            let previous = lock.previous.and_then(|previous| self.locks.get(previous));
            previous.is_some_and(|previous| previous.fate == Fate::Lost)
        };
        let locks = self.locks.iter().enumerate();
        let apart = locks.filter(|(_, lock)| lock.alone && also(lock) && !awaited(lock));
        apart.map(|(place, _)| place).collect()
    }
}

/// Chooses the locks whose row is forged, and the code of each.
fn forge(block: &mut Block, part: &Part<'_>) -> Result<(), OrderError> {
    let mut draw = Draw::new(part.seed, part.number | 1 << 61);
    let mut places = block.apart(|lock| matches!(lock.fate, Fate::Sale | Fate::Lost | Fate::Open));
    if places.len() < part.forged {
        let (rows, most, forged) = (part.rows as u64, places.len() as u64, part.forged as u64);
        return Err(OrderError::TooManyForged { rows, most, forged });
    }
    for chosen in 0..part.forged {
        let other = chosen + draw.place(places.len() - chosen);
        places.swap(chosen, other);
    }
    places.truncate(part.forged);
    places.sort_unstable();
    for place in &places {
        let Some(lock) = block.locks.get_mut(*place) else { continue };
        // A record with a wrong TAC is a grey one (protocol §9): its card shows by its next lock that it paid.
        let proved_next = lock.next.is_none_or(|next| places.binary_search(&next).is_err());
        let codes = match lock.fate {
            Fate::Sale if proved_next => 5,
            _ => 4,
        };
        lock.forged = Some(match draw.below(codes) {
            0 => Forged::Mac2,
            1 => Forged::Gtac,
            2 => Forged::Gmac,
            3 => Forged::SamTac,
            _ => Forged::Tac,
        });
    }
    Ok(())
}

const fn kind_of(fate: Fate) -> Kind {
    match fate {
        Fate::Sale => Kind::Sale,
        Fate::Upgraded | Fate::TacSeen | Fate::Online | Fate::Lost | Fate::Open => Kind::Grey,
        Fate::NoDispense => Kind::NoDispense,
        Fate::Void => Kind::Void,
        Fate::Unproved => Kind::Unproved,
    }
}
