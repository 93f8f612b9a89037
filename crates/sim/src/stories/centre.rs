//! The centre's part: on-line unlocks, unblocking, a link that is down, records that come late.

use station::visit::NotFreed;
use wire::GreyState::{Unlocked, UnlockedOnline};

use super::telling::{Telling, check};
use crate::reader::{honest, pulled_after};
use crate::{Breaks, Fill};

pub(super) fn mac3_lost(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 15.00 flowed when the card was pulled");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(1_500)));
    tell.broke_after(sale)?;
    tell.say("at South the list is not at hand, so the centre unlocks with 15.00;");
    tell.say("the card obeys and is pulled before its MAC3 arrives");
    world.list_available = false;
    let freed = world.unlock(1, 0, pulled_after("DEBIT FOR UNLOCK"));
    check(freed.is_err(), "the answer is lost")?;
    tell.card_is(&world, 0, UnlockedOnline, 8_500)?;
    tell.say("the next terminal reads MAC3 from the status and the centre books it");
    let freed = world.unlock(0, 0, honest());
    tell.freed(freed, 1_500)?;
    tell.card_is(&world, 0, Unlocked, 8_500)?;
    tell.adds_up(&world, 8_500, 1_500)
}

pub(super) fn application_locked(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 15.00 flowed when the card was pulled; it is grey");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(1_500)));
    let lock = tell.broke_after(sale)?;
    tell.say("a broken device tries three false debits: the application locks itself");
    world.false_debits(0, &lock, 3)?;
    let refused = world.unlock(1, 0, honest());
    check(refused == Err(NotFreed::ApplicationLocked), "the card takes no debit now")?;
    tell.say("the centre unblocks it over its challenge and then unlocks it, in one session");
    world.list_available = false;
    let freed = world.unblock_and_unlock(1, 0)?;
    tell.freed(Ok(Some(freed)), 1_500)?;
    tell.card_is(&world, 0, Unlocked, 8_500)?;
    tell.adds_up(&world, 8_500, 1_500)
}

pub(super) fn offline(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    world.link_up = false;
    tell.say("the line to the centre is down; North sells 30.00 all the same");
    let sale = world.refuel(0, 0, Fill::of(3_000));
    tell.sold(sale, 3_000)?;
    tell.say("then the card is pulled at North when 5.00 has flowed");
    let sale = world.refuel(0, 0, Fill::breaking(2_000, Breaks::CardPulledAt(500)));
    tell.broke_after(sale)?;
    tell.say("North frees it from its own journal, with no link and no key");
    let freed = world.unlock(0, 0, honest());
    tell.freed(freed, 500)?;
    tell.card_is(&world, 0, Unlocked, 6_500)?;
    tell.adds_up(&world, 6_500, 0)?;
    tell.say("the line is up again: the journal goes up, twice, and settles once");
    world.link_up = true;
    world.upload(0);
    world.report_all(0);
    tell.adds_up(&world, 6_500, 3_500)
}

pub(super) fn late_record(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    world.link_up = false;
    tell.say("North is cut off; 20.00 flowed when the card was pulled, and nobody hears of it");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(2_000)));
    let lock = tell.broke_after(sale)?;
    world.link_up = true;
    tell.say("at South the centre knows nothing of the lock and waits");
    match world.unlock(1, 0, honest()) {
        Err(NotFreed::Wait(reason)) => tell.say(format_args!("it waits: {reason}")),
        other => return Err(format!("the centre should wait: {other:?}")),
    }
    tell.say("two operators free the customer with 5.00");
    let five = wire::Amount::new(500).ok_or("amount")?;
    world.rule(&lock, host::Ruling::Unlock(five), "customer cannot wait; receipt shows 5.00")?;
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 500)?;
    tell.card_is(&world, 0, Unlocked, 9_500)?;
    tell.say("then North's record of 20.00 arrives: 5.00 is paid, 15.00 becomes a claim");
    world.upload(0);
    let claims = world.claims_of_stations();
    tell.say(format_args!("claims of stations: {}", super::telling::money(claims)));
    check(claims == 1_500, format_args!("claims are {claims}"))?;
    tell.adds_up(&world, 9_500, 500)
}
