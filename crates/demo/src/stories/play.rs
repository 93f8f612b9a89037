//! How a story is played.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::site::{Nozzle, Outcome, RefuelAsked};
use forecourt::Forecourt;
use host::{Centre, MemoryBooks};
use station::Records as _;
use store::Vault;
use wire::Purse;

use super::deeds::disarm;
use super::{Act, At, Story, runs};
use crate::books::look;
use crate::demo::Demo;
use crate::documents::BooksProblem;
use crate::memory::Memory;
use crate::pump::Lifted;
use crate::show::{purse_name, state};
use crate::tell;
use crate::town::PIN;
use crate::world::World;

/// Nothing lasts as long as this unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rest between two steps at speed 1.
const REST: Duration = Duration::from_millis(1_500);
/// From this speed on nobody follows.
const NO_REST: f64 = 50.0;
/// A card with less is not one for another story; unless it never had more.
const ENOUGH: u32 = 5_000;

/// What a story remembers.
pub(super) struct Teller<'a> {
    pub(super) demo: &'a Arc<Demo>,
    pub(super) world: Arc<World>,
    /// The last visit at each nozzle when something was asked for there last.
    before: BTreeMap<At, u64>,
    /// What cards could spend when the story began.
    balances: BTreeMap<usize, u32>,
    /// Where a visit ended as an escape, and how.
    pub(super) escaped: Option<(At, Outcome)>,
    /// Copies of cards' chips.
    pub(super) copies: BTreeMap<usize, Memory>,
}

/// Plays a story, as the play of this number; the last step, and why it broke where it did.
pub(crate) async fn play(
    demo: &Arc<Demo>,
    play: u64,
    story: &'static Story,
) -> Result<usize, (usize, String)> {
    let mut teller = Teller::prepare(demo, story).await.map_err(|why| (0, why))?;
    let mut number = 0;
    for step in story.steps {
        number += 1;
        demo.goes_on(play, runs(story, number, step.words, "runs"));
        let line = tell::line("story", story.name, step.words.to_owned());
        demo.timeline.tell(teller.world.stamped(line));
        for act in step.acts {
            teller.act(*act).await.map_err(|why| (number, format!("{}: {why}", step.words)))?;
        }
        teller.check_books(story).await.map_err(|why| (number, why))?;
        teller.rest().await;
    }
    let found = problems(&teller.world).await.map_err(|why| (number, why))?;
    if let Some(missing) = story.names.iter().find(|name| !found.iter().any(|one| is(one, name))) {
        return Err((number, format!("the books do not name {missing}")));
    }
    Ok(number)
}

/// Whether a problem has this name.
fn is(problem: &BooksProblem, name: &str) -> bool {
    problem.what.split(':').next() == Some(name)
}

/// What does not add up now.
async fn problems(world: &Arc<World>) -> Result<Vec<BooksProblem>, String> {
    let world = Arc::clone(world);
    let read = tokio::task::spawn_blocking(move || world.books()).await;
    Ok(read.map_err(words)??.problems)
}

impl<'a> Teller<'a> {
    /// Brings the world into order; a card that the story needs and that is in no state for it means a fresh one.
    async fn prepare(demo: &'a Arc<Demo>, story: &Story) -> Result<Self, String> {
        let mut world = demo.settled().await;
        tidy_up(&world).await?;
        if !story_can_begin(&world, story) || !problems(&world).await?.is_empty() {
            world = demo.renew().await?;
        }
        let (before, balances) = (BTreeMap::new(), BTreeMap::new());
        let (escaped, copies) = (None, BTreeMap::new());
        let mut teller = Self { demo, world, before, balances, escaped, copies };
        for house in teller.world.houses.clone() {
            let name = house.plan.name;
            teller
                .until(&format!("{name} is ready"), || {
                    house.running().and_then(|station| is_ready(&station))
                })
                .await?;
        }
        for card in cards_of(story) {
            let balance = teller.balance(card)?;
            teller.balances.insert(card, balance);
        }
        Ok(teller)
    }

    async fn act(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Insert(card, at) => {
                self.remember(at);
                self.world.insert(&self.asn(card)?, at.0, at.1).map_err(words)
            }
            Act::Pull(card) => self.world.pull(&self.asn(card)?).map_err(words),
            Act::Tear(card, at) => self.world.tear(&self.asn(card)?, Some(at)).map_err(words),
            Act::Lift(at, tank) => self.hose(at, Lifted { lifted: true, tank: Some(tank) }),
            Act::HangUp(at) => self.hose(at, Lifted::default()),
            Act::Refuel(at, amount) => self.refuel(at, amount),
            Act::Load(at, amount) => self.pay(at, "load", amount),
            Act::Buy(at, amount) => self.pay(at, "purchase", amount),
            Act::Unlock(at) => self.unlock(at),
            Act::PsamFails(at, how) => self.psam_fails(at, how),
            Act::Burn(name) => self.world.burn_journal(name).await,
            Act::FalseDebits(card) => self.false_debits(card),
            Act::Unblock(card) => self.unblock(card).await,
            Act::Rule(amount) => self.rule(amount).await,
            Act::Copy(card) => self.copy(card),
            Act::Swap(card) => self.swap(card),
            Act::Power(name, on) => {
                let house = Arc::clone(self.world.house(name).map_err(words)?);
                self.before.retain(|at, _| at.0 != name);
                self.world.power(&house, on).await
            }
            Act::Link(name, up) => self.world.link(name, up).map_err(words),
            Act::Paper(name) => self.paper(name).await,
            Act::Replay(card) => self.replay(card),
            Act::Paid(card, amount) => self.paid(card, amount),
            Act::Gained(card, amount) => self.gained(card, amount),
            Act::Unpaid(card) => match (self.balance(card)?, self.balances.get(&card)) {
                (now, Some(before)) if now == *before => Ok(()),
                (now, before) => Err(format!("the card can spend {now}, before {before:?}")),
            },
            _ => self.wait(act).await,
        }
    }

    async fn wait(&mut self, act: Act) -> Result<(), String> {
        match act {
            Act::Ready(at) => {
                let words = format!("nozzle {} of {} sees the card", at.1, at.0);
                self.until(&words, || {
                    let nozzle = self.nozzle(at)?;
                    (nozzle.state == "card" && nozzle.card.is_some()).then_some(())
                })
                .await
            }
            Act::Flowed(at, quantity) => self.flowed(at, quantity).await,
            Act::Ended(at, outcome) => self.ended(at, outcome).await,
            Act::CardIs(card, wanted) => {
                let words = format!("card {} is {wanted}", card + 1);
                let memory = self.card(card)?.body.memory.clone();
                self.until(&words, || {
                    look(&memory).filter(|view| state(view) == wanted).map(|_| ())
                })
                .await
            }
            Act::LineIs(name, wanted) => {
                let words = format!("the line of {name} is {wanted}");
                self.until(&words, || {
                    (self.station(name)?.site().centre.state == wanted).then_some(())
                })
                .await
            }
            other => self.wait_for_centre(other).await,
        }
    }

    /// What the centre has heard, or the station of it.
    async fn wait_for_centre(&self, act: Act) -> Result<(), String> {
        match act {
            Act::Reported(name) => {
                let words = format!("the centre has heard everything of {name}");
                let done = || {
                    let open = self.station(name)?.site().journal.open_locks;
                    (open == 0 && self.unreported(name)? == 0).then_some(())
                };
                self.until(&words, done).await
            }
            Act::Sent(name) => {
                let words = format!("the centre has every report of {name}");
                self.until(&words, || (self.unreported(name)? == 0).then_some(())).await
            }
            Act::Blacklisted(card) => {
                let asn = self.card(card)?.body.asn;
                let is_it = |(listed, _): &(wire::Asn, _)| *listed == asn;
                self.in_books("the card is on the blacklist", |centre| {
                    centre.blacklist().iter().any(is_it)
                })
                .await
            }
            Act::Claimed(name) => {
                let claims = host::Account::StationClaims(host::StationId::from(name));
                self.in_books(&format!("the centre has a claim of {name}"), |centre| {
                    centre.trial_balance().accounts.get(&claims).is_some_and(|sum| *sum > 0)
                })
                .await
            }
            Act::Waiting(name) => {
                let words = format!("reports wait at {name}");
                self.until(&words, || (self.unreported(name)? > 0).then_some(())).await
            }
            Act::Listed(name) => {
                let words = format!("the grey list of {name} has the record");
                self.until(&words, || (self.station(name)?.site().grey_list.rows > 0).then_some(()))
                    .await
            }
            _ => Ok(()),
        }
    }

    fn hose(&self, at: At, hand: Lifted) -> Result<(), String> {
        self.world.hose(at.0, at.1, hand).map_err(words)
    }

    fn refuel(&mut self, at: At, amount: Option<u32>) -> Result<(), String> {
        self.remember(at);
        let asked = RefuelAsked {
            pin: PIN.to_owned(),
            purse: self.purse_at(at),
            amount,
            vehicle: None,
            card: None,
        };
        let station = self.station(at.0).ok_or("the station has no power")?;
        station.refuel(at.1, asked).map(|_| ()).map_err(words)
    }

    async fn flowed(&self, at: At, quantity: u64) -> Result<(), String> {
        let words = format!("{quantity} thousandths flow at nozzle {} of {}", at.1, at.0);
        let before = self.before.get(&at).copied();
        self.until(&words, || {
            let nozzle = self.nozzle(at)?;
            // At full speed the visit may have ended before anybody looked.
            let ended = nozzle.visit > before && nozzle.state == "card";
            let flowed = nozzle.sale.is_some_and(|sale| sale.quantity >= quantity);
            (flowed || ended).then_some(())
        })
        .await
    }

    fn gained(&self, card: usize, amount: u32) -> Result<(), String> {
        let before = self.balances.get(&card).copied().unwrap_or(0);
        let now = self.balance(card)?;
        if before.checked_add(amount) == Some(now) {
            return Ok(());
        }
        Err(format!("the card can spend {now}, which is not {amount} more than {before}"))
    }

    /// Waits for the first visit since something was asked for.
    async fn ended(&mut self, at: At, wanted: &str) -> Result<(), String> {
        let words = format!("the visit at nozzle {} of {} ended", at.1, at.0);
        let before = self.before.get(&at).copied().unwrap_or(0);
        let outcome = self.until(&words, || {
            let station = self.station(at.0)?;
            let last = station.nozzle(at.1)?.visit?;
            (before + 1..=last).find_map(|visit| station.outcome(at.1, visit).ok())
        });
        let outcome = outcome.await?;
        self.before.insert(at, outcome.visit);
        if outcome.outcome != wanted {
            let reason = outcome.reason.unwrap_or_default();
            return Err(format!("it ended as {} and not as {wanted}: {reason}", outcome.outcome));
        }
        if wanted == "escaped" {
            self.escaped = Some((at, outcome));
        }
        Ok(())
    }

    fn paid(&self, card: usize, amount: u32) -> Result<(), String> {
        let before = self.balances.get(&card).copied().unwrap_or(0);
        let now = self.balance(card)?;
        if now.saturating_add(amount) <= before {
            return Ok(());
        }
        Err(format!("the card can spend {now}, which is not {amount} less than {before}"))
    }

    /// Nothing is off but what the story is about.
    async fn check_books(&self, story: &Story) -> Result<(), String> {
        let found = problems(&self.world).await?;
        let known = |problem: &BooksProblem| story.names.iter().any(|name| is(problem, name));
        let others = found.iter().filter(|problem| !known(problem));
        let others: Vec<_> =
            others.map(|problem| format!("{} ({})", problem.what, problem.evidence)).collect();
        if others.is_empty() {
            return Ok(());
        }
        Err(format!("the books do not hold: {}", others.join("; ")))
    }

    async fn rest(&self) {
        let speed = self.world.speed();
        if speed < NO_REST {
            tokio::time::sleep(REST.div_f64(speed)).await;
        }
    }

    /// Waits until the centre's books have something.
    async fn in_books(
        &self,
        words: &str,
        is_so: impl Fn(&Centre<MemoryBooks, Vault>) -> bool,
    ) -> Result<(), String> {
        let read = || self.world.office.centre().ok().filter(|centre| is_so(centre)).map(drop);
        self.until(words, read).await
    }

    /// Waits until something is so: looks again whenever something happened.
    async fn until<T>(&self, words: &str, is_so: impl Fn() -> Option<T>) -> Result<T, String> {
        let mut pulse = self.demo.timeline.pulse();
        let waiting = async {
            loop {
                pulse.borrow_and_update();
                if let Some(found) = is_so() {
                    return Ok(found);
                }
                pulse.changed().await.map_err(|_| "the demo ends".to_owned())?;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.map_err(|_| format!("waited in vain until {words}"))?
    }

    pub(super) fn remember(&mut self, at: At) {
        let last = self.nozzle(at).and_then(|nozzle| nozzle.visit).unwrap_or(0);
        self.before.insert(at, last);
    }

    pub(super) fn station(&self, name: &str) -> Option<Arc<Forecourt>> {
        self.world.house(name).ok()?.running()
    }

    fn nozzle(&self, at: At) -> Option<Nozzle> {
        self.station(at.0)?.nozzle(at.1)
    }

    fn unreported(&self, name: &str) -> Option<usize> {
        Some(self.station(name)?.logbook().unreported().reports.len())
    }

    pub(super) fn card(&self, card: usize) -> Result<&crate::world::Carried, String> {
        self.world.cards.get(card).ok_or_else(|| "there is no such card".to_owned())
    }

    pub(super) fn asn(&self, card: usize) -> Result<String, String> {
        Ok(self.card(card)?.body.asn.to_string())
    }

    fn balance(&self, card: usize) -> Result<u32, String> {
        let card = self.card(card)?;
        balance_of(card).ok_or_else(|| "the card cannot be read".to_owned())
    }

    /// The purse of the card that is in a reader.
    pub(super) fn purse_at(&self, at: At) -> Option<String> {
        let reader = &self.world.house(at.0).ok()?.places.get(&at.1)?.reader;
        let asn = reader.card()?.asn;
        let card = self.world.cards.iter().find(|card| card.body.asn == asn)?;
        Some(purse_name(card.purse).to_owned())
    }
}

pub(super) fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn balance_of(card: &crate::world::Carried) -> Option<u32> {
    let purse: Purse = card.purse;
    Some(look(&card.body.memory)?.purse(purse).balance.units())
}

fn is_ready(station: &Forecourt) -> Option<()> {
    let site = station.site();
    let are_free = site.nozzles.iter().all(|nozzle| nozzle.state == "free");
    (are_free && site.centre.state == "up").then_some(())
}

/// The cards that a story names.
fn cards_of(story: &Story) -> Vec<usize> {
    let acts = story.steps.iter().flat_map(|step| step.acts);
    let mut cards: Vec<usize> = acts
        .filter_map(|act| match act {
            Act::Insert(card, _) => Some(*card),
            _ => None,
        })
        .collect();
    cards.sort_unstable();
    cards.dedup();
    cards
}

fn story_can_begin(world: &World, story: &Story) -> bool {
    let mut places = world.houses.iter().flat_map(|house| house.places.values());
    if places.any(|place| place.psam.is_dead()) {
        return false;
    }
    cards_of(story).into_iter().all(|number| {
        let Some(card) = world.cards.get(number) else { return false };
        let enough = card.issued.min(ENOUGH);
        let is_free = look(&card.body.memory).is_some_and(|view| state(&view) == "unlocked");
        is_free && balance_of(card).is_some_and(|balance| balance >= enough)
    })
}

/// Every card out, every hose on its hook, power and lines on.
async fn tidy_up(world: &Arc<World>) -> Result<(), String> {
    for card in &world.cards {
        // A card that is in no reader stays where it is.
        let _ = world.pull(&card.body.asn.to_string());
    }
    disarm(world);
    for house in &world.houses {
        for number in house.places.keys() {
            world.hose(house.plan.name, *number, Lifted::default()).map_err(words)?;
        }
        world.link(house.plan.name, true).map_err(words)?;
        world.power(house, true).await?;
    }
    Ok(())
}
