//! What is to happen in one epoch: planned first and played then, so that a plan can be cut.

use super::dice::Dice;
use super::fault::Fault;

/// What a customer comes for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// To buy fuel for this many cents.
    Buy(u32),
    /// To fill up, with this much room in the tank.
    FillUp(u32),
    /// Only to free a card.
    Unlock,
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

/// An epoch: a world, and the visits in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Decides keys, cards and stations.
    pub seed: u64,
    /// A card of this epoch is copied or rolled back, and nothing else goes wrong.
    pub copies: bool,
    /// The visits, in order.
    pub visits: Vec<Visit>,
}

/// Cards of an epoch.
pub(super) const CARDS: usize = 8;
/// Terminals of an epoch, each with a journal.
pub(super) const SITES: usize = 4;
/// Visits of an epoch.
pub const VISITS: u64 = 300;
/// One epoch in so many is about copies.
const COPIES_ODDS: u64 = 8;
/// Visits of such an epoch.
const COPIES_VISITS: u64 = 32;

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
        let copy = [Fault::CardCloned, Fault::CardRolledBack];
        let copies = dice.one_in(COPIES_ODDS) && copy.iter().all(|fault| allowed.contains(fault));
        let seed = dice.next();
        let visits = if copies { visits.min(COPIES_VISITS) } else { visits.min(VISITS) };
        let mut plan = Self { seed, copies, visits: Vec::new() };
        for number in 0..usize::try_from(visits).unwrap_or(0) {
            let visit = visit(&mut dice, number, allowed);
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
