//! The world as a document.

use std::collections::BTreeMap;

use card::{Application, View};
use wire::{GreyState, Purse};

use crate::books::look;
use crate::documents::{
    CardShown, NozzleShown, Place, PurseShown, StationShown, StoryRuns, Switches, World as Shown,
};
use crate::house::House;
use crate::stories;
use crate::tell::of_lock;
use crate::town::{CURRENCY, DECIMALS, PIN};
use crate::world::{Carried, World};

/// The world now.
#[must_use]
pub fn world(world: &World, story: Option<StoryRuns>) -> Shown {
    let switches = world.houses.iter().map(|house| {
        let (power, link) = (house.running().is_some(), house.cable.is_up());
        (house.plan.name.to_owned(), Switches { power, link })
    });
    Shown {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        id: world.id.clone(),
        reset: world.reset,
        currency: CURRENCY.to_owned(),
        decimals: DECIMALS,
        stations: world.houses.iter().map(|house| station(house)).collect(),
        cards: world.cards.iter().map(|carried| card(world, carried)).collect(),
        switches: switches.collect::<BTreeMap<_, _>>(),
        stories: stories::shown(),
        story,
        pin: PIN.to_owned(),
        speed: world.speed(),
    }
}

fn station(house: &House) -> StationShown {
    let nozzles = house.places.values().map(|place| {
        let hand = place.pump.lifted();
        NozzleShown {
            number: place.plan.number,
            kind: place.plan.product.kind().to_owned(),
            product: place.plan.product.name.to_owned(),
            unit: place.plan.product.unit.symbol().to_owned(),
            lifted: hand.lifted,
            tank: hand.tank,
            card: place.reader.card().map(|card| card.asn.to_string()),
        }
    });
    StationShown {
        name: house.plan.name.to_owned(),
        title: house.plan.title.to_owned(),
        url: format!("/stations/{}", house.plan.name),
        x: house.plan.x,
        nozzles: nozzles.collect(),
    }
}

fn card(world: &World, carried: &Carried) -> CardShown {
    let body = &carried.body;
    let at = world.reader_of(body.asn);
    let (power, view) = (body.power(), look(&body.memory));
    let is_powered = at.as_ref().is_some_and(|(house, _)| house.running().is_some());
    let place = at.map(|(house, nozzle)| Place { station: house.plan.name.to_owned(), nozzle });
    let purses = view.as_ref().map(purses).unwrap_or_default();
    let own = purse_name(carried.purse);
    let balance = purses.iter().find(|purse| purse.purse == own).map_or(0, |purse| purse.balance);
    CardShown {
        asn: body.asn.to_string(),
        label: carried.label.to_owned(),
        holder: carried.holder.to_owned(),
        r#where: place,
        state: view.as_ref().map_or("unreadable", state).to_owned(),
        purse: own.to_owned(),
        balance,
        purses,
        lock: view.as_ref().and_then(lock),
        blacklisted: carried.blacklisted,
        tear: power.tear.is_some(),
        tear_at: power.tear.map(|tear| tear.name().to_owned()),
        dead: power.dead,
        power: is_powered && !power.dead,
    }
}

/// A purse's name in documents.
#[must_use]
pub const fn purse_name(purse: Purse) -> &'static str {
    match purse {
        Purse::Ed => "ed",
        Purse::Ep => "ep",
    }
}

/// The state of a card's application in documents.
#[must_use]
pub fn state(view: &View) -> &'static str {
    match (view.application, view.status.state) {
        (Application::Open, GreyState::Unlocked) => "unlocked",
        (Application::Open, GreyState::Grey) => "grey",
        (Application::Open, GreyState::Debited | GreyState::UnlockedOnline) => "tac_unread",
        _ => "app_locked",
    }
}

fn purses(view: &View) -> Vec<PurseShown> {
    let purse = |purse: Purse| {
        let held = view.purse(purse);
        PurseShown {
            purse: purse_name(purse).to_owned(),
            balance: held.balance.units(),
            overdraft: held.limit.units(),
        }
    };
    Purse::ALL.map(purse).to_vec()
}

fn lock(view: &View) -> Option<api::operate::Lock> {
    let terms = &view.lock()?.terms;
    Some(of_lock(wire::LockId {
        asn: view.public.asn(),
        purse: terms.purse,
        ctc: terms.ctc,
        tid: terms.tid,
        ttc: terms.ttc,
    }))
}
