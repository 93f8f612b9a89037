//! Things that are lost or copied: a journal, a card, a card's memory.

use host::Ruling;
use station::visit::NotFreed;
use wire::GreyState::{Grey, Unlocked};

use super::telling::{Telling, check, money};
use crate::reader::honest;
use crate::{Breaks, Fill};

pub(super) fn journal(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    world.link_up = false;
    tell.say("North is cut off; 20.00 flowed when the card was pulled");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(2_000)));
    let lock = tell.broke_after(sale)?;
    tell.say("then North's disk burns: the record is gone, and North starts a new journal");
    world.burn_journal(0)?;
    world.link_up = true;
    let other = world.issue(5_000)?;
    let sale = world.refuel(0, other, Fill::of(1_000));
    tell.sold(sale, 1_000)?;
    let tid = world.sites[0].tid;
    let holes = world.centre.holes(tid);
    tell.say(format_args!("the centre sees the hole in North's numbers: {:?}", holes.missing));
    check(!holes.missing.is_empty(), "the hole is visible")?;
    match world.unlock(1, 0, honest()) {
        Err(NotFreed::Wait(reason)) => tell.say(format_args!("the centre waits: {reason}")),
        other => return Err(format!("the centre should wait: {other:?}")),
    }
    tell.say("two operators compare North's totalizer with its sales and rule: 20.00 is owed");
    let amount = wire::Amount::new(2_000).ok_or("amount")?;
    world.rule(&lock, Ruling::Unlock(amount), "totalizer 1 moved by 20.00 that nobody reported")?;
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 2_000)?;
    tell.card_is(&world, 0, Unlocked, 8_000)?;
    tell.say(
        "what the operators ruled is owed to North, and stands in the books under their names",
    );
    tell.adds_up(&world, 12_000, 3_000)
}

pub(super) fn card(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 20.00 flowed when the card was pulled; it is grey and never seen again");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(2_000)));
    tell.broke_after(sale)?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("the cardholder reports it lost: what the books hold less the grey record");
    let left = world.replace(0)?;
    tell.say(format_args!(
        "{} goes onto a new card, North is paid, the old card is black",
        money(left)
    ));
    check(left == 8_000, format_args!("{left} is left"))?;
    let owed = world.sum_of(|account| matches!(account, host::Account::StationPayable(_)));
    check(owed == 2_000, format_args!("{owed} is owed to North"))?;
    tell.say(
        "if the old card turns up grey, no terminal gives it a new lock, no centre unlocks it",
    );
    world.list_available = false;
    match world.unlock(1, 0, honest()) {
        Err(NotFreed::Wait(reason)) => tell.say(format_args!("the centre says: {reason}")),
        other => return Err(format!("the old card should stay grey: {other:?}")),
    }
    let trial = world.centre.trial_balance().sum;
    tell.say(format_args!("the books sum to {trial}; North's 20.00 is paid from the float"));
    check(trial == 0, "the books balance")
}

pub(super) fn clone(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("somebody copies the memory of a card with 100.00");
    let memory = world.copy_of(0);
    let copy = world.clone_card(0, memory)?;
    let sale = world.refuel(0, 0, Fill::of(3_000));
    tell.sold(sale, 3_000)?;
    tell.say("the copy is used at South, under the same number of the same purse");
    let sale = world.refuel(1, copy, Fill::of(2_000));
    tell.sold(sale, 2_000)?;
    let black = world.centre.blacklist();
    let asn = world.cards[0].asn;
    check(black.iter().any(|(listed, _)| *listed == asn), "the card is on the blacklist")?;
    tell.say("two locks of one purse number, both proved by TAC: the card is black, both kept");
    let loss = world.sum_of(|account| matches!(account, host::Account::WriteOff));
    let owed = world.sum_of(|account| matches!(account, host::Account::StationPayable(_)));
    tell.say(format_args!(
        "both stations are paid, {}; the loss is named: {}",
        money(owed),
        money(-loss)
    ));
    check(owed == 5_000, format_args!("{owed} is owed"))?;
    check(loss == -2_000 || loss == -3_000, format_args!("the loss is {loss}"))?;
    check(world.centre.trial_balance().sum == 0, "the books balance")?;
    let found = crate::proof::problems_of(&world);
    tell.say(format_args!("the audit names it too: {}", found.first().map_or("", String::as_str)));
    check(!found.is_empty(), "the audit finds the clone")
}
