//! A seeded run of many worlds: whatever breaks or cheats, no cent is lost and no card is stuck.
//!
//! A run is a row of epochs. Each has a world of its own (real cards, PSAMs, terminals, journals
//! and a centre; real bytes and cryptography), a plan of visits, and dice of its own, all from
//! one seed. The faults stop at its end, the world comes to rest, and everything is weighed. A
//! plan that fails is cut down to the visits that make it fail.
//!
//! | module | holds |
//! |---|---|
//! | `fault` | every kind of fault, and its count |
//! | `plan`, `dice` | what is to happen; chance |
//! | `stage`, `visit` | a world with what breaks in it; one visit |
//! | `courier`, `office` | the network; the centre's disk and its crashes |
//! | `counter` | purchases, loads and unloads |
//! | `till` | prepaid accounts, which loads are charged to |
//! | `operators` | who decides and unblocks meanwhile |
//! | `psams` | PSAMs that are swapped or replaced |
//! | `cheat` | who sits on the card's wire |
//! | `rest` | how a world comes to rest, and what must then hold |
//! | `watch`, `attack` | what must hold besides; what nobody gets out of copies of a world's parts |
//! | `copies` | cloned and rolled-back cards |
//! | `losses` | journals that are lost or restored |
//! | `coverage` | what the generator reached |
//! | `shorten` | the shortest plan that still fails |

mod attack;
mod cheat;
mod copies;
mod counter;
mod courier;
mod coverage;
mod dice;
mod fault;
mod losses;
mod office;
mod operators;
mod plan;
mod psams;
mod rest;
mod shorten;
mod stage;
mod till;
mod visit;
mod watch;

pub use coverage::Coverage;
pub use fault::{Fault, Faults, Place};
pub use plan::{Errand, Plan, Theme, VISITS, Visit};

use crate::centre::Makes;
use rest::AtRest;
use stage::Stage;

/// A fault of the code, planted to see that the run finds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Planted {
    /// None.
    #[default]
    Nothing,
    /// A report is answered and forgotten.
    ForgottenReport,
    /// A card forgets its debit.
    UndoneDebit,
}

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Replays everything.
    pub seed: u64,
    /// How many visits of a card at a terminal.
    pub transactions: u64,
    /// Which faults may happen.
    pub faults: Vec<Fault>,
    /// For tests of the run itself.
    pub planted: Planted,
}

impl Order {
    /// Every fault, nothing planted.
    #[must_use]
    pub fn new(seed: u64, transactions: u64) -> Self {
        let faults = Fault::TABLE.iter().map(|row| row.0).collect();
        Self { seed, transactions, faults, planted: Planted::Nothing }
    }

    /// The plan of one epoch, uncut; `None` behind the last one.
    #[must_use]
    pub fn plan(&self, epoch: u64) -> Option<Plan> {
        usize::try_from(epoch).ok().and_then(|epoch| self.plans().nth(epoch))
    }

    /// The plans of all epochs, in order.
    fn plans(&self) -> impl Iterator<Item = Plan> {
        let mut left = self.transactions;
        (0..).map_while(move |epoch| {
            let plan = Plan::new(self.seed, epoch, left, &self.faults);
            left = left.saturating_sub(plan.visits.len() as u64);
            (!plan.visits.is_empty()).then_some(plan)
        })
    }
}

/// How an epoch, or a whole run, ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tale {
    /// Visits of a card at a terminal.
    pub transactions: u64,
    /// What happened, and how often.
    pub faults: Faults,
    /// What was reached.
    pub coverage: Coverage,
    /// Cents that do not add up.
    pub cents_off: u64,
    /// Cards that could not be freed, or sell nothing afterwards.
    pub stuck_cards: u64,
    /// The first epoch that failed.
    pub failure: Option<Failure>,
}

/// An epoch that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Which.
    pub epoch: u64,
    /// What was wrong, in words.
    pub wrong: Vec<String>,
    /// The visits that are enough to make it fail.
    pub shortened: Plan,
    /// What is wrong when only these are played.
    pub then: Vec<String>,
}

/// Plays one plan.
#[must_use]
pub fn play(plan: &Plan, planted: Planted) -> (Tale, Vec<String>) {
    play_beside(plan, planted, None)
}

/// Plays one plan, where one is wanted with another centre beside the rules.
#[must_use]
pub fn play_beside(
    plan: &Plan,
    planted: Planted,
    beside: Option<Makes<'_>>,
) -> (Tale, Vec<String>) {
    let mut tale = Tale { transactions: plan.visits.len() as u64, ..Tale::default() };
    let mut stage = match Stage::new(plan, planted, beside) {
        Ok(stage) => stage,
        Err(why) => return (tale, vec![why]),
    };
    let ended = match plan.theme {
        Theme::Faults => play_faults(&mut stage, plan),
        Theme::Copies => stage.play_copies(plan),
        Theme::Journals => stage.play_losses(plan),
    };
    let mut rest = ended.unwrap_or_else(|why| AtRest { wrong: vec![why], ..AtRest::default() });
    rest.wrong.extend(stage.world.centre.difference());
    tale.faults = stage.tally.take();
    tale.coverage = stage.coverage;
    tale.coverage.epochs = 1;
    (tale.cents_off, tale.stuck_cards) = (rest.cents_off, rest.stuck_cards);
    (tale, rest.wrong)
}

fn play_faults(stage: &mut Stage, plan: &Plan) -> Result<AtRest, String> {
    for visit in &plan.visits {
        stage.play(visit)?;
    }
    stage.come_to_rest()
}

/// Plays a run up to the first epoch that fails: how many visits that took, and what was wrong
/// then. The plan is not cut down.
#[must_use]
pub fn first_failure(order: &Order) -> (u64, Vec<String>) {
    let mut transactions = 0;
    for plan in order.plans() {
        let (tale, wrong) = play(&plan, order.planted);
        transactions += tale.transactions;
        if !wrong.is_empty() {
            return (transactions, wrong);
        }
    }
    (transactions, Vec::new())
}

/// Plays a whole run; it ends with the first epoch that fails.
#[must_use]
pub fn run(order: &Order) -> Tale {
    run_each(order, |plan| play(plan, order.planted))
}

/// Plays a whole run with another centre beside the rules of each world.
#[must_use]
pub fn run_beside(order: &Order, make: Makes<'_>) -> Tale {
    run_each(order, |plan| play_beside(plan, order.planted, Some(&mut *make)))
}

fn run_each(order: &Order, mut play: impl FnMut(&Plan) -> (Tale, Vec<String>)) -> Tale {
    let mut whole = Tale::default();
    for (epoch, plan) in (0..).zip(order.plans()) {
        let (tale, wrong) = play(&plan);
        whole.transactions += tale.transactions;
        whole.faults.add_all(&tale.faults);
        whole.coverage.add_all(&tale.coverage);
        whole.cents_off += tale.cents_off;
        whole.stuck_cards += tale.stuck_cards;
        if !wrong.is_empty() {
            let (shortened, then) = shorten::shorten(&plan, &mut play);
            whole.failure = Some(Failure { epoch, wrong, shortened, then });
            break;
        }
    }
    whole
}
