//! Power cuts at the station, and PSAMs that die.

use host::Ruling;
use station::visit::NotFreed;
use wire::GreyState::{Grey, Unlocked};

use super::telling::{Telling, check};
use crate::reader::honest;
use crate::{Breaks, Fill};

/// Instruction byte of DEBIT SAM GREY UNLOCK.
const DEBIT_SAM: u8 = 0x44;

pub(super) fn terminal_cut(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the lights go out when 20.00 has flowed; the driver leaves with the card");
    let sale = world.refuel(0, 0, Fill::breaking(5_000, Breaks::PowerCutAt(2_000)));
    tell.broke_after(sale)?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("power is back: the totalizer tells the amount, the PSAM gives the GMAC");
    world.restart(0)?;
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 2_000)?;
    tell.card_is(&world, 0, Unlocked, 8_000)?;
    tell.adds_up(&world, 8_000, 2_000)
}

pub(super) fn psam_cut(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the power fails after the PSAM made the GMAC and before it answered");
    world.sites[0].psam.cut_after = Some(DEBIT_SAM);
    let sale = world.refuel(0, 0, Fill::of(3_000));
    tell.broke_after(sale)?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("power is back: the PSAM gives the same GMAC again, and the record is whole");
    world.restart(0)?;
    let freed = world.unlock(0, 0, honest());
    tell.freed(freed, 3_000)?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.adds_up(&world, 7_000, 3_000)
}

pub(super) fn psam_dead(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 30.00 is delivered; the PSAM dies before it gives the GMAC");
    world.sites[0].psam.dies_at = Some(DEBIT_SAM);
    let sale = world.refuel(0, 0, Fill::of(3_000));
    let lock = tell.broke_after(sale)?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("the delivery is reported as unproved; at South the centre does not decide alone:");
    match world.unlock(1, 0, honest()) {
        Err(NotFreed::Wait(reason)) => tell.say(format_args!("it waits: {reason}")),
        other => return Err(format!("the centre should wait: {other:?}")),
    }
    tell.say("two operators look at North's totalizer and allow 30.00");
    let amount = wire::Amount::new(3_000).ok_or("amount")?;
    world.rule(&lock, Ruling::Unlock(amount), "totalizer of nozzle 1 read on the spot")?;
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 3_000)?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    check(world.sites[0].psam.dead, "the PSAM stays dead")?;
    tell.adds_up(&world, 7_000, 3_000)
}
