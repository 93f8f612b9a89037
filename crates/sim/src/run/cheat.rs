//! Who sits on the wire between card and terminal during one visit.

use std::cell::RefCell;
use std::rc::Rc;

use terminal::Lost;
use wire::StatusWord;
use wire::apdu::{ResponseBytes, response, split_response};

use super::dice::Dice;
use super::fault::{Fault, Place, Tally};
use crate::reader::{Shim, Wire, is};

/// Answers to GET GREY STATUS of one card, newest last.
pub(super) type Memory = Rc<RefCell<Vec<ResponseBytes>>>;

/// So many old statuses are remembered.
const REMEMBERED: usize = 8;
/// Status words that somebody says.
const WORDS: &[u16] = &[0x6985, 0x9302, 0x6A81, 0x9406, 0x6F00, 0x6A83];
/// Lengths of made-up answers.
const LENGTHS: &[usize] = &[0, 4, 8, 15, 18, 30, 44];

/// The length that the terminal waits for, where a lie needs it to be believed.
fn length_of(command: &[u8]) -> usize {
    let by_name = [
        ("INITIALIZE FOR REFUEL", 15),
        ("LOCK FOR REFUEL", 8),
        ("DEBIT FOR REFUEL", 4),
        ("GET GREY STATUS", 44),
        ("INITIALIZE FOR UNLOCK", 18),
        ("DEBIT FOR UNLOCK", 4),
        ("INITIALIZE FOR PURCHASE", 15),
        ("DEBIT FOR PURCHASE", 8),
        ("INITIALIZE FOR LOAD", 16),
        ("INITIALIZE FOR UNLOAD", 16),
        ("CREDIT FOR LOAD", 4),
        ("DEBIT FOR UNLOAD", 4),
        ("GET TRANSACTION PROVE", 8),
    ];
    by_name.iter().find(|(name, _)| is(command, name)).map_or(0, |(_, len)| *len)
}

struct Cheat {
    fault: Fault,
    /// It waits so many exchanges of those that it can strike.
    wait: u64,
}

/// The shim that does these things, each once.
pub(super) fn shim(faults: &[Fault], mut dice: Dice, memory: Memory, tally: Tally) -> Shim {
    let on_wire =
        faults.iter().filter(|fault| fault.place() == Place::Wire || **fault == Fault::CardPulled);
    let cheats = on_wire.map(|fault| Cheat { fault: *fault, wait: wait_of(*fault, &mut dice) });
    let mut cheats: Vec<Cheat> = cheats.collect();
    let mut last = None;
    Box::new(move |wire, command| {
        let fault = due(&mut cheats, command);
        let answer = match fault {
            Some(fault) => {
                let done = strike(fault, wire, command, last.as_ref(), &memory, &mut dice);
                if done.is_some() {
                    tally.add(fault);
                }
                done.unwrap_or_else(|| wire.send(command))
            }
            None => wire.send(command),
        };
        if fault.is_none() && is(command, "GET GREY STATUS") {
            remember(&memory, answer.as_ref().ok());
        }
        last = answer.ok();
        answer
    })
}

/// A refuelling has eight exchanges; of some commands there are one or two.
fn wait_of(fault: Fault, dice: &mut Dice) -> u64 {
    match fault {
        Fault::GtacAltered => 0,
        Fault::StatusReplayed => dice.below(2),
        Fault::PurseSwapped => dice.below(3),
        _ => dice.below(8),
    }
}

fn remember(memory: &Memory, answer: Option<&ResponseBytes>) {
    let mut known = memory.borrow_mut();
    if let Some(answer) = answer
        && known.last() != Some(answer)
    {
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push(*answer);
    }
}

/// True when a fault has something to do with a command. A PIN is never altered: three wrong
/// ones block it, and then nothing can be bought with the card any more.
fn concerns(fault: Fault, command: &[u8]) -> bool {
    match fault {
        Fault::GtacAltered => is(command, "LOCK FOR REFUEL"),
        Fault::StatusReplayed => is(command, "GET GREY STATUS"),
        Fault::PurseSwapped => command.first() == Some(&0xE0) && command.len() > 5,
        _ => !is(command, "VERIFY PIN"),
    }
}

fn due(cheats: &mut Vec<Cheat>, command: &[u8]) -> Option<Fault> {
    let mut due = None;
    for (at, cheat) in cheats.iter_mut().enumerate() {
        if !concerns(cheat.fault, command) {
            continue;
        }
        if cheat.wait == 0 && due.is_none() {
            due = Some(at);
        }
        cheat.wait = cheat.wait.saturating_sub(1);
    }
    due.map(|at| cheats.swap_remove(at).fault)
}

type Answered = Result<ResponseBytes, Lost>;

/// `None` when it cannot be done now.
fn strike(
    fault: Fault,
    wire: &mut Wire<'_>,
    command: &[u8],
    last: Option<&ResponseBytes>,
    memory: &Memory,
    dice: &mut Dice,
) -> Option<Answered> {
    Some(match fault {
        Fault::CardPulled => pull(wire, command, dice),
        Fault::CommandSwallowed => Err(Lost::Unknown),
        Fault::AnswerSwallowed => wire.send(command).and(Err(Lost::Unknown)),
        Fault::CommandRepeated => wire.send(command).and_then(|_| wire.send(command)),
        Fault::AnswerRepeated => {
            let last = *last?;
            wire.send(command).map(|_| last)
        }
        Fault::Said9000 => {
            let len = if dice.one_in(2) { length_of(command) } else { dice.pick(LENGTHS) };
            let made_up: Vec<u8> = (0..len).map(|_| dice.byte()).collect();
            Ok(response(&made_up, StatusWord::DONE))
        }
        Fault::SaidOther => {
            let word = response(&[], StatusWord(dice.pick(WORDS)));
            if dice.one_in(2) { Ok(word) } else { wire.send(command).map(|_| word) }
        }
        Fault::GtacAltered => {
            let at = dice.index(4);
            wire.send(command).map(|answer| altered(&answer, at, 1 << dice.below(8)))
        }
        Fault::PurseSwapped => wire.send(&changed(command, 3, 3)),
        Fault::StatusReplayed => {
            let old = memory.borrow().clone();
            let old =
                dice.pick(old.get(..old.len().checked_sub(1)?).filter(|old| !old.is_empty())?);
            wire.send(command).map(|_| old)
        }
        Fault::CommandAltered => {
            let at = dice.index(command.len());
            wire.send(&changed(command, at, 1 << dice.below(8)))
        }
        Fault::AnswerAltered => {
            let at = dice.index(44);
            wire.send(command).map(|answer| altered(&answer, at, 1 << dice.below(8)))
        }
        _ => return None,
    })
}

fn pull(wire: &mut Wire<'_>, command: &[u8], dice: &mut Dice) -> Answered {
    let answer = match dice.below(3) {
        0 => Err(Lost::Unknown),
        1 => wire.send(command).and(Err(Lost::Unknown)),
        _ => wire.send(command),
    };
    wire.pull();
    answer
}

fn changed(bytes: &[u8], at: usize, mask: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= mask;
    }
    bytes
}

fn altered(answer: &ResponseBytes, at: usize, mask: u8) -> ResponseBytes {
    let Some((data, status)) = split_response(answer) else { return *answer };
    if data.is_empty() {
        return *answer;
    }
    response(&changed(data, at % data.len(), mask), status)
}
