//! A refuelling, and a card that is pulled while fuel flows.

use wire::GreyState::{Debited, Grey, Unlocked};

use super::telling::{Telling, check};
use crate::reader::honest;
use crate::{Breaks, Fill};

pub(super) fn refuelling(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.card_is(&world, 0, Unlocked, 10_000)?;
    tell.say("the driver asks for 30.00 at North: lock, deliver, debit");
    let sale = world.refuel(0, 0, Fill::of(3_000));
    let sale = tell.sold(sale, 3_000)?;
    check(sale.confirmed, "the card confirms the debit")?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.adds_up(&world, 7_000, 3_000)
}

pub(super) fn escape(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the card is pulled when 12.34 has flowed: the pump stops");
    let sale = world.refuel(0, 0, Fill::breaking(3_000, Breaks::CardPulledAt(1_234)));
    tell.broke_after(sale)?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("North's grey record goes to the centre and from there to every station");
    tell.say("at South the card is put in again; the record fits it in everything");
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 1_234)?;
    tell.card_is(&world, 0, Unlocked, 8_766)?;
    tell.adds_up(&world, 8_766, 1_234)?;
    check(world.look(0).is_some_and(|view| view.status.state != Debited), "the TAC was read")
}
