//! What is to happen in one epoch: planned first and played then, so that a plan can be cut.

use super::dice::Dice;
use super::fault::{Fault, Place};

/// What a customer comes for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// To buy fuel for this many cents.
    Buy(u32),
    /// To fill up, with this much room in the tank.
    FillUp(u32),
    /// Only to free a card.
    Unlock,
    /// To pay this many cents for goods.
    Pay(u32),
    /// To have this many cents put onto the card.
    Load(u32),
    /// To have this many cents taken off it.
    Unload(u32),
}

impl Errand {
    /// A quarter of those who would buy fuel come to the counter instead.
    const fn at_counter(self, seed: u64) -> Self {
        match (self, seed % 16) {
            (Self::Buy(cents), 0 | 1) => Self::Pay(cents),
            (Self::Buy(cents), 2) => Self::Load(cents),
            (Self::Buy(cents), 3) => Self::Unload(cents),
            _ => self,
        }
    }
}

/// One visit of a card at a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Its number in the epoch, which stays when others are cut out.
    pub number: usize,
    /// Which card.
    pub card: usize,
    /// Which terminal.
    pub site: usize,
    /// What for.
    pub errand: Errand,
    /// What goes wrong, if it comes to that.
    pub faults: Vec<Fault>,
    /// Decides the rest: at which byte, by how much.
    pub seed: u64,
}

/// What an epoch is about, which decides what its proof may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// Everything breaks that costs nobody a cent.
    Faults,
    /// A card is copied or rolled back, and nothing else goes wrong.
    Copies,
    /// Stations lose their journals or get older ones back, amid some other faults.
    Journals,
}

impl Theme {
    /// One epoch in so many is about copies, another one about journals.
    const ODDS: u64 = 8;

    fn draw(dice: &mut Dice, allowed: &[Fault]) -> Self {
        let all = |faults: &[Fault]| faults.iter().all(|fault| allowed.contains(fault));
        match dice.below(Self::ODDS) {
            0 if all(&[Fault::CardCloned, Fault::CardRolledBack]) => Self::Copies,
            1 if all(JOURNAL_LOSSES) => Self::Journals,
            _ => Self::Faults,
        }
    }

    const fn visits(self) -> u64 {
        match self {
            Self::Faults => VISITS,
            Self::Copies => 32,
            Self::Journals => 100,
        }
    }

    /// True for what may go wrong in such an epoch.
    fn knows(self, fault: Fault) -> bool {
        let of_journals = [Fault::CardPulled, Fault::CardPulledInFlow, Fault::PowerCut];
        match self {
            Self::Faults => fault.place() != Place::Copy && !JOURNAL_LOSSES.contains(&fault),
            Self::Copies => false,
            Self::Journals => {
                matches!(fault.place(), Place::Network | Place::Clock)
                    || JOURNAL_LOSSES.contains(&fault)
                    || of_journals.contains(&fault)
            }
        }
    }
}

/// What only an epoch about journals knows.
const JOURNAL_LOSSES: &[Fault] = &[Fault::JournalLost, Fault::JournalRestored];

/// An epoch: a world, and the visits in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Decides keys, cards and stations.
    pub seed: u64,
    /// What the epoch is about.
    pub theme: Theme,
    /// The visits, in order.
    pub visits: Vec<Visit>,
}

/// Cards of an epoch.
pub(super) const CARDS: usize = 8;
/// Terminals of an epoch, each with a journal.
pub(super) const SITES: usize = 4;
/// Visits of an epoch.
pub const VISITS: u64 = 300;
/// These are planned only once where another is planned so often: they stay, or cost much.
const RARE: &[(Fault, u64)] = &[
    (Fault::PsamDead, 4),
    (Fault::ApplicationLocked, 3),
    (Fault::CentreTorn, 4),
    (Fault::CentreKilled, 4),
    (Fault::CentreDiskFull, 4),
];

impl Plan {
    /// The `epoch`-th epoch of a run, with so many visits at most and only these faults.
    #[must_use]
    pub fn new(seed: u64, epoch: u64, visits: u64, allowed: &[Fault]) -> Self {
        let mut dice = Dice::of_part(seed, epoch);
        let theme = Theme::draw(&mut dice, allowed);
        let mut plan = Self { seed: dice.next(), theme, visits: Vec::new() };
        let visits = visits.min(theme.visits());
        for number in 0..usize::try_from(visits).unwrap_or(0) {
            let mut visit = visit(&mut dice, number, allowed);
            if theme == Theme::Faults {
                visit.errand = visit.errand.at_counter(visit.seed);
            }
            if theme == Theme::Journals {
                visit.faults.extend(loss(&mut dice));
            }
            visit.faults.retain(|fault| theme.knows(*fault) && allowed.contains(fault));
            plan.visits.push(visit);
        }
        plan
    }

    /// The same epoch with these visits only.
    #[must_use]
    pub fn only(&self, numbers: &[usize]) -> Self {
        let kept = self.visits.iter().filter(|visit| numbers.contains(&visit.number));
        Self { visits: kept.cloned().collect(), ..*self }
    }
}

fn visit(dice: &mut Dice, number: usize, allowed: &[Fault]) -> Visit {
    let room = dice.between(1, 4_000);
    let errand = match dice.below(10) {
        0..6 => Errand::Buy(room),
        6..8 => Errand::FillUp(room),
        _ => Errand::Unlock,
    };
    let mut faults = mishaps(dice);
    faults.retain(|fault| allowed.contains(fault));
    let (card, site, seed) = (dice.index(CARDS), dice.index(SITES), dice.next());
    Visit { number, card, site, errand, faults, seed }
}

/// What was not sent up when a journal is lost is lost with it: often the line is cut.
fn loss(dice: &mut Dice) -> Option<Fault> {
    match dice.below(12) {
        0 => Some(dice.pick(JOURNAL_LOSSES)),
        1..6 => Some(Fault::LinkDown),
        _ => None,
    }
}

/// Nothing in four visits of ten; else up to three things.
fn mishaps(dice: &mut Dice) -> Vec<Fault> {
    let mut faults = Vec::new();
    if dice.below(10) < 4 {
        return faults;
    }
    for _ in 0..=dice.below(3) {
        let (fault, _, _, _) = dice.pick(Fault::TABLE);
        let odds = RARE.iter().find(|rare| rare.0 == fault).map_or(1, |rare| rare.1);
        if dice.one_in(odds) {
            faults.push(fault);
        }
    }
    faults
}
