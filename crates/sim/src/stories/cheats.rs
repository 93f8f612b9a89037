//! Old records sent again.

use wire::GreyState::{Grey, Unlocked};
use wire::StatusWord;

use super::telling::{Telling, check};
use crate::{Breaks, Fill};

pub(super) fn replay(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    let sale = world.refuel(0, 0, Fill::of(3_000));
    let sale = tell.sold(sale, 3_000)?;
    tell.say("somebody sends the DEBIT of that record to the card again");
    let status = world.replay(0, &sale.record)?;
    tell.say(format_args!("the free card answers {status}: {}", status.words()));
    check(status == StatusWord::CONDITIONS, "6985")?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.say("and again while the card is grey under a later lock");
    let sale_two = world.refuel(0, 0, Fill::breaking(2_000, Breaks::CardPulledAt(800)));
    tell.broke_after(sale_two)?;
    let status = world.replay(0, &sale.record)?;
    tell.say(format_args!("the grey card answers {status}: {}", status.words()));
    check(status == StatusWord::WRONG_CTC, "9406")?;
    tell.card_is(&world, 0, Grey, 7_000)?;
    let freed = world.unlock(1, 0, crate::reader::honest());
    tell.freed(freed, 800)?;
    tell.card_is(&world, 0, Unlocked, 6_200)?;
    tell.adds_up(&world, 6_200, 3_800)
}
