//! The same for a load and an unload: what is taken in is on the card, in flight, or given back.

use host::Account;
use nvm::memory::{Fill as Torn, Tear};
use sim::counter::Buy;
use sim::{World, proof};
use station::transfer::NotTransferred;
use terminal::transfer::Way;
use wire::{Purse, Scheme};

use super::{Cheat, shim};
use crate::rest::{OPENING, come_to_rest, world};

const AMOUNT: u32 = 700;

/// What the card holds, less what it began with.
fn moved(world: &World) -> i64 {
    i64::from(world.look(0).unwrap().purses[0].balance.units()) - i64::from(OPENING)
}

/// After an honest visit for 100 of fuel, and one that uses the next on-line number: card and
/// books agree, and nothing is in flight.
fn check(world: &mut World, way: Way, done: bool) -> Result<(), String> {
    come_to_rest(world);
    world.transfer(1, 0, Way::Load, Buy::of(10)).map_err(|why| format!("afterwards: {why:?}"))?;
    if let Some(problem) = proof::problems_of(world).first() {
        return Err(problem.clone());
    }
    let asn = world.cards[0].asn;
    let books = world.centre.trial_balance();
    let in_flight = books.of(&Account::InFlight(asn, Purse::Ed));
    let moved = moved(world) + 100 - 10;
    let amount = i64::from(AMOUNT) * if way == Way::Load { 1 } else { -1 };
    let expected = if done { moved == amount } else { moved == amount || moved == 0 };
    let float = i64::try_from(books.of(&Account::Float(asn, Purse::Ed))).unwrap();
    match expected && in_flight == 0 && float == i64::from(OPENING) + moved - 100 + 10 {
        true => Ok(()),
        false => Err(format!("done {done}, moved {moved}, in flight {in_flight}, float {float}")),
    }
}

/// SELECT, READ BINARY, GET GREY STATUS, VERIFY, INITIALIZE, CREDIT, and one more after a lost one.
const EXCHANGES: usize = 7;

fn play(cheats: &[Cheat]) -> usize {
    let (mut cases, mut wrong) = (0, Vec::new());
    for way in [Way::Load, Way::Unload] {
        for cheat in cheats {
            for at in 0..EXCHANGES {
                let mut world = world(Scheme::Seed);
                let cheated = Buy::through(AMOUNT, shim(*cheat, at));
                let done = world.transfer(0, 0, way, cheated).is_ok_and(|done| done.confirmed);
                if let Err(why) = check(&mut world, way, done) {
                    wrong.push(format!("{way:?} {cheat:?} at exchange {at}: {why}"));
                }
                cases += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    cases
}

#[test]
fn transfers_with_answers_swallowed_repeated_and_made_up() {
    let cheats = [
        Cheat::SwallowCommand,
        Cheat::SwallowAnswer,
        Cheat::SendTwice,
        Cheat::RepeatAnswer,
        Cheat::Say9000(0),
        Cheat::Say9000(4),
        Cheat::Say9000(16),
        Cheat::Say(0x9302),
        Cheat::Say(0x9406),
        Cheat::SayAfter(0x6985),
    ];
    println!("transfers, made-up answers: {} cases", play(&cheats));
}

#[test]
fn transfers_with_every_byte_of_every_command_and_answer_altered() {
    let commands = (0..16).map(|byte| Cheat::AlterCommand(byte, 0x01));
    let answers = (0..44).map(|byte| Cheat::AlterAnswer(byte, 0x80));
    println!("transfers, altered: {} cases", play(&commands.chain(answers).collect::<Vec<_>>()));
}

#[test]
fn power_fails_in_every_write_of_a_transfer() {
    for way in [Way::Load, Way::Unload] {
        for write in 1..10 {
            for at in [0, 8, 120, 415] {
                for fill in [Torn::Old, Torn::New, Torn::Half] {
                    let mut world = world(Scheme::Seed);
                    let tear = Tear { write, at, fill };
                    let torn = Buy { card_torn: Some(tear), ..Buy::of(AMOUNT) };
                    let done = world.transfer(0, 0, way, torn).is_ok_and(|done| done.confirmed);
                    check(&mut world, way, done).unwrap_or_else(|why| panic!("{tear:?}: {why}"));
                }
            }
        }
    }
}

/// The answer of the card is lost; the next visit at any terminal brings its proof.
#[test]
fn a_load_whose_answer_is_lost_is_proved_at_any_terminal() {
    let mut world = world(Scheme::Seed);
    let lost = Buy::through(AMOUNT, sim::reader::pulled_after("CREDIT FOR LOAD"));
    let lost = world.transfer(0, 0, Way::Load, lost);
    assert!(matches!(lost, Err(NotTransferred::Unknown { .. })), "{lost:?}");
    let asn = world.cards[0].asn;
    assert_eq!(world.centre.open_transfers(asn).len(), 1);
    world.refuel(1, 0, sim::Fill::of(200)).unwrap();
    assert_eq!(world.centre.open_transfers(asn), []);
    assert_eq!(moved(&world), i64::from(AMOUNT) - 200);
    assert!(proof::problems_of(&world).is_empty());
}

#[test]
fn without_a_line_nothing_is_loaded() {
    let mut world = world(Scheme::Seed);
    world.link_up = false;
    assert_eq!(world.transfer(0, 0, Way::Load, Buy::of(AMOUNT)), Err(NotTransferred::NoLink));
    assert_eq!(moved(&world), 0);
}

/// A load wipes the card's proof of the one before, and where several answers were out only that
/// proof tells which the card took: so it is brought first, or nothing is loaded.
#[test]
fn the_proof_of_a_load_is_brought_before_the_next_one_wipes_it() {
    let mut world = world(Scheme::Seed);
    let never_sent = Buy::through(200, sim::reader::pulled_before("CREDIT FOR LOAD"));
    assert!(world.transfer(0, 0, Way::Load, never_sent).is_err());
    let lost = Buy::through(AMOUNT, sim::reader::pulled_after("CREDIT FOR LOAD"));
    assert!(world.transfer(0, 0, Way::Load, lost).is_err());
    world.transfer(1, 0, Way::Load, Buy::of(10)).unwrap();
    let asn = world.cards[0].asn;
    assert_eq!(world.centre.open_transfers(asn), []);
    assert_eq!(moved(&world), i64::from(AMOUNT) + 10);
    let books = world.centre.trial_balance();
    assert_eq!(books.of(&Account::Float(asn, Purse::Ed)), i128::from(OPENING + AMOUNT + 10));
}
