//! How a world comes to rest after the cheats, and what must then hold.

use sim::reader::honest;
use sim::{Fill, World, proof};
use station::visit::NotFreed;
use terminal::Progress;
use wire::{Amount, GreyState, LockId, Scheme};

pub(crate) fn world(scheme: Scheme) -> World {
    let mut world = World::new(3, scheme);
    world.issue(OPENING).unwrap();
    world.open_site("North").unwrap();
    world.open_site("South").unwrap();
    world
}

pub(crate) const OPENING: u32 = 100_000;

fn is_grey(world: &World) -> bool {
    world.look(0).unwrap().status.state == GreyState::Grey
}

/// The lock that the card is grey under, as the card has it.
fn shown_lock(world: &World) -> LockId {
    let view = world.look(0).unwrap();
    let terms = view.lock().unwrap().terms;
    LockId {
        asn: view.public.asn(),
        purse: terms.purse,
        ctc: terms.ctc,
        tid: terms.tid,
        ttc: terms.ttc,
    }
}

/// What the totalizers say was delivered under this number of the card.
fn delivered_under(world: &World, lock: &LockId) -> Amount {
    let locks = world.sites.iter().flat_map(|site| site.journal.locks());
    let of_number = locks.filter(|(_, progress)| {
        progress.terms().is_some_and(|terms| terms.id.ctc == lock.ctc && terms.id.asn == lock.asn)
    });
    let amounts = of_number.filter_map(|(_, progress)| match progress {
        Progress::Delivered(_, _, delivery) => Some(delivery.amount),
        other => other.record().map(|record| record.delivery.amount),
    });
    amounts.max().unwrap_or_default()
}

/// After the cheats everything is honest: the sites start again, the card is freed, by
/// operators where the centre does not decide alone, and is filled up once more, which proves
/// where it stands.
pub(crate) fn come_to_rest(world: &mut World) {
    world.link_up = true;
    world.list_available = true;
    for site in 0..2 {
        world.restart(site).unwrap();
    }
    for _ in 0..4 {
        if !is_grey(world) {
            break;
        }
        match world.unlock(1, 0, honest()) {
            Err(NotFreed::Wait(_)) => {
                let lock = shown_lock(world);
                let owed = delivered_under(world, &lock);
                world.rule(&lock, host::Ruling::Unlock(owed), "totalizer read").unwrap();
            }
            Err(NotFreed::ApplicationLocked) => {
                let _ = world.unblock_and_unlock(1, 0);
            }
            _ => {}
        }
    }
    assert!(!is_grey(world), "the card is stuck");
    if world.look(0).unwrap().application != card::Application::Open {
        let _ = world.unblock_and_unlock(1, 0);
    }
    let _ = world.unlock(1, 0, honest());
    let sale = world.refuel(1, 0, Fill::of(100));
    assert!(sale.is_ok(), "an honest refuelling afterwards: {sale:?}");
    world.upload(0);
    world.upload(1);
}

/// Nobody gained a cent; what is wrong otherwise.
pub(crate) fn check(world: &World) -> Result<(), String> {
    let verdict = proof::verdict(world);
    if let Some(problem) = verdict.problems.first() {
        return Err(format!("{}: {}", problem.what, problem.evidence));
    }
    let (delivered, owed) = (world.delivered(), verdict.totals.owed_to_stations);
    let on_card = i64::from(world.look(0).unwrap().purses[0].balance.units());
    let paid = i64::from(OPENING) - on_card;
    if paid != delivered {
        return Err(format!("{delivered} flowed, the card paid {paid}"));
    }
    if owed != delivered {
        return Err(format!("{delivered} flowed, the stations are owed {owed}"));
    }
    Ok(())
}
