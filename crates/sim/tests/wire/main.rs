//! Somebody sits on the wire between card and terminal and swallows, repeats, alters or makes
//! up what passes. Afterwards the card is used honestly: nobody has gained a cent, and the
//! stations are paid for everything that flowed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod power;
mod purchase;
mod random;
mod rest;
mod transfer;

use rest::{check, come_to_rest, world};
use sim::Fill;
use sim::reader::{Shim, Wire};
use terminal::Lost;
use wire::apdu::{ResponseBytes, response, split_response};
use wire::{GreyState, Scheme, StatusWord};

/// What a cheat does to the n-th exchange of a visit.
#[derive(Clone, Copy, Debug)]
enum Cheat {
    /// The command never arrives, and the terminal gets no answer.
    SwallowCommand,
    /// The command is executed, its answer is lost.
    SwallowAnswer,
    /// The card hears the command twice; the terminal sees the second answer.
    SendTwice,
    /// The terminal sees the answer to the command before.
    RepeatAnswer,
    /// The card never hears it; the terminal sees 9000 with zeros.
    Say9000(usize),
    /// The card never hears it; the terminal sees this status word.
    Say(u16),
    /// It is executed; the terminal sees this status word instead.
    SayAfter(u16),
    /// One byte of the command is altered.
    AlterCommand(usize, u8),
    /// One byte of the answer is altered.
    AlterAnswer(usize, u8),
}

/// The shim that cheats once, at the n-th exchange.
fn shim(cheat: Cheat, at: usize) -> Shim {
    let (mut count, mut last): (usize, Option<ResponseBytes>) = (0, None);
    Box::new(move |wire, command| {
        count += 1;
        if count != at + 1 {
            let answer = wire.send(command)?;
            last = Some(answer);
            return Ok(answer);
        }
        cheat.on(wire, command, last.as_ref())
    })
}

impl Cheat {
    /// Does it to one exchange; `last` is the answer before.
    fn on(
        self,
        wire: &mut Wire<'_>,
        command: &[u8],
        last: Option<&ResponseBytes>,
    ) -> Result<ResponseBytes, Lost> {
        match self {
            Cheat::SwallowCommand => Err(Lost::Unknown),
            Cheat::SwallowAnswer => wire.send(command).and(Err(Lost::Unknown)),
            Cheat::SendTwice => {
                wire.send(command)?;
                wire.send(command)
            }
            Cheat::RepeatAnswer => {
                wire.send(command)?;
                last.copied().ok_or(Lost::Unknown)
            }
            Cheat::Say9000(len) => Ok(response(&vec![0; len], StatusWord::DONE)),
            Cheat::Say(status) => Ok(response(&[], StatusWord(status))),
            Cheat::SayAfter(status) => {
                wire.send(command)?;
                Ok(response(&[], StatusWord(status)))
            }
            Cheat::AlterCommand(byte, mask) => {
                let mut altered = command.to_vec();
                if let Some(place) = altered.get_mut(byte) {
                    *place ^= mask;
                }
                wire.send(&altered)
            }
            Cheat::AlterAnswer(byte, mask) => {
                let answer = wire.send(command)?;
                let (data, status) = split_response(&answer).unwrap();
                let mut data = data.to_vec();
                if let Some(place) = data.get_mut(byte) {
                    *place ^= mask;
                }
                Ok(response(&data, status))
            }
        }
    }
}

/// Plays all of these cheats at every exchange of a refuelling, in both schemes.
fn play(cheats: &[Cheat]) -> usize {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for scheme in [Scheme::Seed, Scheme::Field] {
        for cheat in cheats {
            for at in 0..EXCHANGES {
                let mut world = world(scheme);
                let _ = world.refuel(0, 0, Fill::through(3_000, shim(*cheat, at)));
                come_to_rest(&mut world);
                if let Err(why) = check(&world) {
                    wrong.push(format!("{scheme:?} {cheat:?} at exchange {at}: {why}"));
                }
                cases += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    cases
}

/// A refuelling has eight exchanges with the card: SELECT, GET GREY STATUS, VERIFY, INITIALIZE, LOCK, DEBIT,
/// GET GREY STATUS, and the clearing of TACUF.
const EXCHANGES: usize = 8;
/// The longest answer, that to SELECT, with its status word.
const LONGEST_ANSWER: usize = 55;

#[test]
fn an_honest_refuelling_has_eight_exchanges() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let state_after_losing = |at| {
            let mut world = world(scheme);
            let sale = world.refuel(0, 0, Fill::through(3_000, shim(Cheat::SwallowCommand, at)));
            assert!(sale.is_ok());
            world.look(0).unwrap().status.state
        };
        assert_eq!(state_after_losing(EXCHANGES), GreyState::Unlocked, "there is no ninth");
        assert_eq!(state_after_losing(EXCHANGES - 1), GreyState::Debited, "the eighth clears");
    }
}

#[test]
fn answers_swallowed_repeated_and_made_up() {
    let cheats = [
        Cheat::SwallowCommand,
        Cheat::SwallowAnswer,
        Cheat::SendTwice,
        Cheat::RepeatAnswer,
        Cheat::Say9000(0),
        Cheat::Say9000(4),
        Cheat::Say9000(8),
        Cheat::Say9000(15),
        Cheat::Say9000(30),
        Cheat::Say9000(44),
        Cheat::Say(0x6985),
        Cheat::Say(0x9302),
        Cheat::Say(0x6A81),
        Cheat::SayAfter(0x6985),
        Cheat::SayAfter(0x9302),
        Cheat::SayAfter(0x6F00),
    ];
    println!("made-up answers: {} cases", play(&cheats));
}

#[test]
fn every_byte_of_every_command_altered() {
    let bytes = (0..33).flat_map(|byte| [0x01, 0x80].map(|mask| Cheat::AlterCommand(byte, mask)));
    println!("altered commands: {} cases", play(&bytes.collect::<Vec<_>>()));
}

#[test]
fn every_byte_of_every_answer_altered() {
    let bytes = (0..LONGEST_ANSWER)
        .flat_map(|byte| [0x01, 0x80].map(|mask| Cheat::AlterAnswer(byte, mask)));
    println!("altered answers: {} cases", play(&bytes.collect::<Vec<_>>()));
}
