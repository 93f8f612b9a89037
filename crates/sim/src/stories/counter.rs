//! At the counter: purchases and loads whose answers are lost.

use host::PurchaseEnd;
use station::purchase::{NoGoods, PutRight};
use station::transfer::NotTransferred;
use terminal::transfer::Way;
use terminal::{NotPaid, PurchaseProgress};

use super::telling::{Telling, amount, check};
use crate::Fill;
use crate::counter::Buy;
use crate::reader::pulled_after;
use crate::world::World;

/// A purchase at North whose answer never arrives.
fn lost(tell: &mut Telling, world: &mut World) -> Result<(), String> {
    let buy = Buy::through(1_500, pulled_after("DEBIT FOR PURCHASE"));
    match world.purchase(0, 0, buy, &mut PutRight::default()) {
        Err(NoGoods::NotPaid(NotPaid::Unknown { terms, failure })) => {
            tell.say(format_args!("{failure}: no goods, and {} stays open", amount(terms.amount)));
            Ok(())
        }
        other => Err(format!("should be unknown: {other:?}")),
    }
}

fn end_is(world: &World, end: PurchaseEnd) -> Result<(), String> {
    let found = world.centre.purchases().first().map(|row| row.end);
    check(found == Some(end), format_args!("it should end by {end:?}, it is {found:?}"))
}

pub(super) fn purchase_proved(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North's counter a card pays 15.00 and is pulled before its answer arrives");
    lost(tell, &mut world)?;
    end_is(&world, PurchaseEnd::Open)?;
    tell.say("the card comes back to North to buy for 2.00: first it shows its proof of the 15.00");
    let mut put_right = PutRight::default();
    let goods = world.purchase(0, 0, Buy::of(200), &mut put_right);
    goods.map_err(|why| format!("should be paid: {why:?}"))?;
    let shown = matches!(put_right.purchases[..], [PurchaseProgress::Paid(..)]);
    check(shown, "the proof should be kept")?;
    end_is(&world, PurchaseEnd::Tac)?;
    tell.say("a sale: North owes the goods, the centre owes North the money");
    tell.adds_up(&world, 8_300, 1_700)
}

pub(super) fn purchase_by_succession(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North's counter a card pays 15.00 and is pulled before its answer arrives");
    lost(tell, &mut world)?;
    tell.say("it never comes back to North, and fuels at South: its numbers and balances go on");
    let sale = world.refuel(1, 0, Fill::of(1_000));
    tell.sold(sale, 1_000)?;
    end_is(&world, PurchaseEnd::Succession)?;
    tell.say("it paid: 15.00 become the cardholder's claim, since North gave no goods");
    tell.adds_up(&world, 7_500, 1_000)
}

pub(super) fn load_proved(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North 50.00 are loaded, and the card is pulled before its answer arrives");
    let buy = Buy::through(5_000, pulled_after("CREDIT FOR LOAD"));
    match world.transfer(0, 0, Way::Load, buy) {
        Err(NotTransferred::Unknown { failure, .. }) => tell.say(format_args!(
            "{failure}: the money is in flight, neither lost nor credited twice"
        )),
        other => return Err(format!("should be unknown: {other:?}")),
    }
    let asn = world.cards.first().ok_or("no card")?.asn;
    check(world.centre.open_transfers(asn).len() == 1, "the centre waits for the proof")?;
    tell.say("at South it fuels for 10.00: South asks it for the proof that the centre waits for");
    let sale = world.refuel(1, 0, Fill::of(1_000));
    tell.sold(sale, 1_000)?;
    check(world.centre.open_transfers(asn).is_empty(), "nothing is open any more")?;
    tell.adds_up(&world, 14_000, 1_000)
}
