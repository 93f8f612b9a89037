//! Cards that go around LOCK.

use terminal::Progress;
use wire::GreyState::{Grey, Unlocked};

use super::telling::{Telling, check};
use crate::reader::{answer_lost, honest, pulled_after, pulled_quietly_after};
use crate::{Fill, World};

/// The last step of the newest lock at a site.
fn last_step(world: &World, site: usize) -> Option<&'static str> {
    let locks = world.sites.get(site)?.journal.locks();
    locks.last().map(|(_, progress)| Progress::name(progress))
}

pub(super) fn void(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the PSAM has drawn its number; the card is pulled before LOCK goes out");
    let shim = pulled_quietly_after("INITIALIZE FOR REFUEL");
    let sale = world.refuel(0, 0, Fill::through(3_000, shim));
    tell.broke_before(sale)?;
    check(last_step(&world, 0) == Some("void"), "the journal says void")?;
    tell.say("the journal says void, and the centre hears so: the number is no hole");
    check(world.centre.holes(world.sites[0].tid).missing.is_empty(), "no hole")?;
    tell.card_is(&world, 0, Unlocked, 10_000)?;
    tell.adds_up(&world, 10_000, 0)
}

pub(super) fn comes_back(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North LOCK's answer is lost on the way; the card is still there");
    tell.say("GET GREY STATUS shows the lock: its MAC2 is certified, and the nozzle opens");
    let sale = world.refuel(0, 0, Fill::through(3_000, answer_lost("LOCK FOR REFUEL")));
    tell.sold(sale, 3_000)?;
    tell.card_is(&world, 0, Unlocked, 7_000)?;
    tell.adds_up(&world, 7_000, 3_000)
}

pub(super) fn no_dispense(tell: &mut Telling) -> Result<(), String> {
    let mut world = tell.world()?;
    tell.say("at North the card locks itself and is pulled before it can answer");
    let sale = world.refuel(0, 0, Fill::through(3_000, pulled_after("LOCK FOR REFUEL")));
    tell.broke_before(sale)?;
    check(last_step(&world, 0) == Some("no_dispense"), "the journal says no_dispense")?;
    tell.card_is(&world, 0, Grey, 10_000)?;
    tell.say("the journal says no_dispense: on this lock the nozzle never opens again");
    tell.say("at South the centre is asked; it knows the notice and unlocks with 0.00");
    let freed = world.unlock(1, 0, honest());
    tell.freed(freed, 0)?;
    tell.card_is(&world, 0, Unlocked, 10_000)?;
    tell.adds_up(&world, 10_000, 0)
}
