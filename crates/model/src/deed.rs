//! What people, devices and messages do: one deed is one step of the model.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use host::UnlockRequest;
use station::visit;
use terminal::Checks;
use terminal::flow::Wish;
use wire::card_command::StatusMode;
use wire::{CardCommand, Purse, Report};

use crate::centre_wire::Line;
use crate::mishap::{Oracle, Script};
use crate::stay::{free, play, replay, stay};
use crate::world::{STATIONS, World, cents, now};

/// One deed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Deed {
    /// A card is put in, and its customer wants fuel for so much.
    Refuel { card: u8, terminal: u8, line: Line, amount: u8 },
    /// A card is put in to be freed, or to have its TAC read.
    Visit { card: u8, terminal: u8, line: Line },
    /// A terminal's power comes back, and no card is there.
    Wake { terminal: u8 },
    /// The centre hears what a station's journal once had to say.
    Hear { terminal: u8, report: Report },
    /// A request that was on its way for long arrives.
    Arrive(UnlockRequest),
    /// Somebody plays a command that he has heard to a card.
    Replay { card: u8, command: Vec<u8> },
    /// Somebody clears the unread TAC of a card.
    Clear { card: u8 },
    /// A station says that nothing was delivered on a lock on which something may have been.
    Lie { terminal: u8, report: Report },
}

impl Deed {
    /// What the deed itself costs of the bound on faults.
    const fn cost(&self) -> u8 {
        match self {
            Self::Replay { .. } | Self::Clear { .. } | Self::Lie { .. } => 1,
            _ => 0,
        }
    }

    /// Every way in which the deed can end, with the shortest script for each.
    pub(crate) fn outcomes(&self, world: &World) -> Vec<(Script, World)> {
        let mut found: BTreeMap<u64, (Script, World)> = BTreeMap::new();
        let most = world.left.faults.saturating_sub(self.cost());
        let mut open = vec![Script::new()];
        while let Some(script) = open.pop() {
            let (after, oracle) = self.run(world, &script);
            if script.len() < usize::from(most) {
                open.extend(oracle.longer());
            }
            let fingerprint = after.fingerprint();
            match found.get(&fingerprint) {
                Some((known, _)) if known.len() <= script.len() => {}
                _ => {
                    found.insert(fingerprint, (script, after));
                }
            }
        }
        found.into_values().collect()
    }

    /// Plays the deed under a script.
    pub(crate) fn run(&self, before: &World, script: &Script) -> (World, Oracle) {
        let mut world = before.clone();
        let oracle = RefCell::new(Oracle::new(script.clone()));
        let mishaps = u8::try_from(script.len()).unwrap_or(u8::MAX);
        world.left.faults = world.left.faults.saturating_sub(mishaps + self.cost());
        world.tampered |= script.iter().any(|mishap| mishap.kind.is_tampering());
        match self {
            Self::Refuel { card, terminal, line, amount } => {
                world.left.refuels[usize::from(*card)] -= 1;
                stay(&mut world, Some(*card), *terminal, *line, &oracle, |terminal, link| {
                    let amount = cents(*amount);
                    terminal.dispenser.wanted = amount;
                    let wish = Wish { purse: Purse::Ed, pin: &[0x12, 0x34, 0x56], amount: None };
                    let today = now().date;
                    let checks = Checks { today, issuers: &[], blacklist: &|_| false };
                    let _ = visit::refuel(terminal, link, &checks, &wish, &mut None);
                });
            }
            Self::Visit { card, terminal, line } => {
                world.left.visits -= 1;
                stay(&mut world, Some(*card), *terminal, *line, &oracle, free);
            }
            Self::Wake { terminal } => {
                stay(&mut world, None, *terminal, Line::Down, &oracle, |terminal, _| {
                    let _ = terminal.recover(None);
                });
            }
            Self::Hear { terminal, report } | Self::Lie { terminal, report } => {
                let _ = world.centre.hear(STATIONS[usize::from(*terminal)], report);
                if let (Self::Lie { .. }, Some(lock)) = (self, lock_of(report)) {
                    Arc::make_mut(&mut world.lied).insert(lock);
                }
            }
            Self::Arrive(request) => {
                Arc::make_mut(&mut world.late).remove(request);
                let _ = world.centre.unlock(request);
            }
            Self::Replay { card, command } => replay(&mut world, *card, command),
            Self::Clear { card } => {
                play(&mut world, *card, &CardCommand::GetGreyStatus(StatusMode::ReadAndClear));
            }
        }
        world.listening = self.is_message();
        if !world.follows(before) {
            world.broken = Some("a number went back, or money came out of nothing");
        }
        if let Some(why) = crate::decided::against_the_rules(before, &world) {
            world.broken = Some(why);
        }
        (world, oracle.into_inner())
    }
}

const fn lock_of(report: &Report) -> Option<(wire::Tid, wire::Ttc)> {
    match report {
        Report::NoDispense(terms) => Some((terms.id.tid, terms.id.ttc)),
        Report::Void(tid, ttc) => Some((*tid, *ttc)),
        _ => None,
    }
}
