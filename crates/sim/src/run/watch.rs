//! What must hold after every visit, beyond the money.

use card::{LastDebit, View};
use station::visit::{NoSale, Sale};
use terminal::{Journal as _, Progress};
use wire::{GreyState, LockId, Mac};

use super::fault::{Fault, Place};
use super::plan::{Errand, Visit};
use crate::world::{Site, World};

/// The outcome of a card's last debit is cleared only when a journal keeps it (protocol §9).
/// Who owns the wire can show the terminal another status, and so such visits prove nothing.
pub(super) fn kept_what_was_read(
    world: &World,
    planned: &Visit,
    card: usize,
    before: &View,
) -> Result<(), String> {
    if planned.faults.iter().any(|fault| fault.place() == Place::Wire) {
        return Ok(());
    }
    // There the centre itself has taken it.
    if matches!(planned.errand, Errand::Load(_) | Errand::Unload(_)) {
        return Ok(());
    }
    let after = world.look(card).and_then(|view| view.last_debit);
    let Some(debit) = after.filter(|debit| !debit.unread) else { return Ok(()) };
    let is_known = |known: LastDebit| !known.unread && known.code == debit.code;
    if before.last_debit.is_some_and(is_known)
        || world.sites.iter().any(|site| keeps(site, debit.code))
    {
        return Ok(());
    }
    Err(format!("a card's TACUF is clear, and no journal keeps {}", debit.code))
}

/// A sale is confirmed by the card alone. Somebody answers once in its place, and does no more.
pub(super) fn believed_the_card(
    world: &World,
    planned: &Visit,
    card: usize,
    outcome: &Result<Sale, NoSale>,
) -> Result<(), String> {
    let at_the_card = |fault: &&Fault| matches!(fault.place(), Place::Wire | Place::Card);
    let mut cheats = planned.faults.iter().filter(at_the_card);
    let one_lie = (cheats.next(), cheats.next()) == (Some(&Fault::Said9000), None);
    if !one_lie || !outcome.as_ref().is_ok_and(|sale| sale.confirmed) {
        return Ok(());
    }
    let grey = world.look(card).is_some_and(|view| view.status.state == GreyState::Grey);
    if grey { Err("a sale is confirmed, and its card is grey".to_owned()) } else { Ok(()) }
}

fn keeps(site: &Site, code: Mac) -> bool {
    let mut locks = site.journal.locks();
    locks.any(|(_, progress)| matches!(progress, Progress::Settled(_, tac) if *tac == code))
        || site.journal.tacs_seen().iter().any(|seen| seen.status.b == code)
}

/// A nozzle opens only on a lock whose `locked` is durable: where no journal was lost, each has
/// more than `lock_sent` of whatever flowed.
pub(super) fn unrecorded_flow(world: &World) -> Option<String> {
    let flows = world.sites.iter().flat_map(|site| &site.flows);
    let has = |lock: &LockId| {
        let progress =
            world.sites.iter().filter_map(|site| site.journal.progress(lock.tid, lock.ttc));
        progress
            .into_iter()
            .any(|progress| progress.reading().is_some() || progress.record().is_some())
    };
    let unrecorded = flows.map(|flow| flow.lock).find(|lock| !has(lock));
    unrecorded.map(|lock| format!("{lock}: fuel flowed, and no journal has it locked"))
}
