//! DEBIT whose answer is lost, or is not the card's.

use wire::GreyState::{Debited, Grey, Unlocked};

use super::telling::{Telling, check};
use crate::Fill;
use crate::reader::{answered_for, honest, pulled_after};

pub(super) fn tac_read(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 30.00 is delivered, the card debits itself and is pulled before it answers");
    let sale = world.refuel(0, 0, Fill::through(3_000, pulled_after("DEBIT FOR REFUEL")));
    tell.broke_after(sale)?;
    tell.card_is(&world, 0, Debited, 7_000)?;
    tell.say("South reads the status, makes it durable, reports the TAC and clears it");
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 3_000)?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.adds_up(&world, 7_000, 3_000)
}

pub(super) fn succession(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the card debits 30.00 and is pulled before it answers");
    let sale = world.refuel(0, 0, Fill::through(3_000, pulled_after("DEBIT FOR REFUEL")));
    tell.broke_after(sale)?;
    tell.say("somebody clears the TAC from the card and tells nobody");
    let cleared = world.tinker(0, |reader| {
        let presented = terminal::present(reader)?;
        match presented {
            terminal::CardIs::TacUnread(unread) => unread.clear(reader).map(|_| ()),
            _ => Ok(()),
        }
    });
    cleared.and_then(|cleared| cleared).map_err(|failure| failure.to_string())?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.say("the next refuelling, 10.00 at South, proves where the card stands:");
    let sale = world.refuel(1, 0, Fill::of(1_000));
    tell.sold(sale, 1_000)?;
    tell.say("lock n + 2 with 70.00 can only follow the debit of 30.00: North is paid too");
    tell.card_is(&world, 0, Unlocked, 6_000)?;
    tell.adds_up(&world, 6_000, 4_000)
}

pub(super) fn false_tac(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North a device on the wire answers DEBIT in place of the card, with 9000");
    let shim = answered_for("DEBIT FOR REFUEL", &[1, 2, 3, 4]);
    let sale = world.refuel(0, 0, Fill::through(3_000, shim));
    let sale = sale.map_err(|no_sale| format!("{no_sale:?}"))?;
    check(!sale.confirmed, "the card does not confirm")?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("the centre finds the TAC wrong and MAC2, GMAC, SAM TAC right: a grey record");
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 3_000)?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.adds_up(&world, 7_000, 3_000)
}
