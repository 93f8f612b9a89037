//! The same for a purchase: cheats at every exchange and power cuts in every write. Goods are given
//! only if the card paid; what it paid without goods is somebody's claim; nobody gains a cent.

use host::PurchaseEnd;
use nvm::memory::{Fill as Torn, Tear};
use sim::counter::Buy;
use sim::reader::honest;
use sim::{World, proof};
use station::purchase::{NoGoods, PutRight};
use terminal::{Goods, NotPaid};
use wire::Scheme;

use super::{Cheat, shim};
use crate::rest::{OPENING, come_to_rest, world};

const PRICE: u32 = 450;

fn buy(world: &mut World, buy: Buy) -> Result<Goods, NoGoods> {
    world.purchase(0, 0, buy, &mut PutRight::default())
}

fn card_paid(world: &World) -> u32 {
    OPENING - world.look(0).unwrap().purses[0].balance.units()
}

/// What must hold once the card was used honestly again: `come_to_rest` buys fuel for 100.
fn check(world: &World, goods: bool) -> Result<(), String> {
    let verdict = proof::verdict(world);
    if let Some(problem) = verdict.problems.first() {
        return Err(format!("{}: {}", problem.what, problem.evidence));
    }
    let paid = card_paid(world) - 100;
    let ends: Vec<PurchaseEnd> = world.centre.purchases().iter().map(|row| row.end).collect();
    let known = match (paid, ends.as_slice()) {
        (0, ends) => !goods && ends.iter().all(|end| *end == PurchaseEnd::Void),
        (PRICE, [PurchaseEnd::Tac]) => true,
        (PRICE, [PurchaseEnd::Succession]) => true,
        _ => false,
    };
    let owed = verdict.totals.owed_to_stations;
    // Succession pays the station only for what it gave.
    let due = if goods || ends == [PurchaseEnd::Tac] { i64::from(PRICE) + 100 } else { 100 };
    match known && owed == due {
        true => Ok(()),
        false => Err(format!("goods {goods}, paid {paid}, ends {ends:?}, owed {owed}")),
    }
}

/// SELECT, GET GREY STATUS, VERIFY, INITIALIZE, DEBIT, GET TRANSACTION PROVE.
const EXCHANGES: usize = 6;

#[test]
fn an_honest_purchase_has_six_exchanges() {
    let mut cheated = world(Scheme::Seed);
    let at_last = Buy::through(PRICE, shim(Cheat::SwallowCommand, EXCHANGES - 1));
    assert!(buy(&mut cheated, at_last).is_ok());
    let lost = Buy::through(PRICE, shim(Cheat::SwallowCommand, EXCHANGES - 2));
    let lost = buy(&mut world(Scheme::Seed), lost);
    assert!(matches!(lost, Err(NoGoods::NotPaid(NotPaid::Nothing(_)))), "{lost:?}");
}

fn play(cheats: &[Cheat]) -> usize {
    let (mut cases, mut wrong) = (0, Vec::new());
    for cheat in cheats {
        for at in 0..EXCHANGES + 1 {
            let mut world = world(Scheme::Seed);
            let goods = buy(&mut world, Buy::through(PRICE, shim(*cheat, at))).is_ok();
            come_to_rest(&mut world);
            if let Err(why) = check(&world, goods) {
                wrong.push(format!("{cheat:?} at exchange {at}: {why}"));
            }
            cases += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
    cases
}

#[test]
fn purchases_with_answers_swallowed_repeated_and_made_up() {
    let cheats = [
        Cheat::SwallowCommand,
        Cheat::SwallowAnswer,
        Cheat::SendTwice,
        Cheat::RepeatAnswer,
        Cheat::Say9000(0),
        Cheat::Say9000(8),
        Cheat::Say9000(15),
        Cheat::Say(0x9302),
        Cheat::Say(0x9406),
        Cheat::SayAfter(0x6985),
        Cheat::SayAfter(0x9302),
    ];
    println!("purchases, made-up answers: {} cases", play(&cheats));
}

#[test]
fn purchases_with_every_byte_of_every_command_and_answer_altered() {
    let commands = (0..20).map(|byte| Cheat::AlterCommand(byte, 0x01));
    let answers = (0..44).map(|byte| Cheat::AlterAnswer(byte, 0x80));
    println!("purchases, altered: {} cases", play(&commands.chain(answers).collect::<Vec<_>>()));
}

#[test]
fn power_fails_in_every_write_of_a_purchase() {
    let mut cases = 0;
    for part in ["card", "psam", "journal"] {
        for write in 1..20 {
            for at in [0, 8, 120, 415] {
                for fill in [Torn::Old, Torn::New, Torn::Half] {
                    let tear = Tear { write, at, fill };
                    let mut world = world(Scheme::Seed);
                    let mut wanted = Buy::of(PRICE);
                    let north = &mut world.sites[0];
                    match part {
                        "card" => wanted.card_torn = Some(tear),
                        "psam" => north.psam.arm(tear),
                        _ => north.journal.medium_mut().medium.arm(tear),
                    }
                    let goods = buy(&mut world, wanted).is_ok();
                    world.sites[0].journal.medium_mut().medium.power_on();
                    world.restart(0).unwrap();
                    come_to_rest(&mut world);
                    check(&world, goods).unwrap_or_else(|why| panic!("{part} {tear:?}: {why}"));
                    cases += 1;
                }
            }
        }
    }
    println!("power cuts in a purchase: {cases} cases");
}

/// The card is pulled after it paid, comes back, and shows what it answered: the journal has it,
/// and the station knows that it owes goods.
#[test]
fn a_card_that_comes_back_shows_what_it_answered() {
    let mut world = world(Scheme::Seed);
    let lost = Buy::through(PRICE, sim::reader::pulled_after("DEBIT FOR PURCHASE"));
    let lost = buy(&mut world, lost);
    assert!(matches!(lost, Err(NoGoods::NotPaid(NotPaid::Unknown { .. }))), "{lost:?}");
    assert_eq!(world.centre.purchases()[0].end, PurchaseEnd::Open);
    let mut put_right = PutRight::default();
    world.purchase(0, 0, Buy::through(50, honest()), &mut put_right).unwrap();
    let [terminal::PurchaseProgress::Paid(terms, ..)] = put_right.purchases[..] else {
        panic!("{put_right:?}")
    };
    assert_eq!(terms.amount.units(), PRICE);
    assert!(world.centre.purchases().iter().all(|row| row.end == PurchaseEnd::Tac));
    assert_eq!(card_paid(&world), PRICE + 50);
}

/// It never paid, and paid elsewhere under the same number: the log tells the two apart.
#[test]
fn a_purchase_elsewhere_under_the_same_number_is_not_taken_for_this_one() {
    let mut world = world(Scheme::Seed);
    // The command is swallowed, and then the card is gone.
    let mut seen = false;
    let lost = Buy::through(
        PRICE,
        Box::new(move |wire, command| {
            seen |= sim::reader::is(command, "DEBIT FOR PURCHASE");
            if seen { Err(terminal::Lost::Unknown) } else { wire.send(command) }
        }),
    );
    let lost = buy(&mut world, lost);
    assert!(matches!(lost, Err(NoGoods::NotPaid(NotPaid::Unknown { .. }))), "{lost:?}");
    world.purchase(1, 0, Buy::of(70), &mut PutRight::default()).unwrap();
    let mut put_right = PutRight::default();
    world.purchase(0, 0, Buy::of(80), &mut put_right).unwrap();
    let [terminal::PurchaseProgress::Void(_)] = put_right.purchases[..] else {
        panic!("{put_right:?}")
    };
    assert_eq!(card_paid(&world), 150);
    assert!(proof::problems_of(&world).is_empty());
}

/// Somebody swallows the answer and then says that nothing was paid: the station takes the purchase
/// back, and the card's balances belie it. No goods were given, so the cardholder claims it.
#[test]
fn a_purchase_that_was_taken_back_on_a_lie_is_the_cardholders_claim() {
    let mut world = world(Scheme::Seed);
    let lies = Buy::through(
        PRICE,
        Box::new(|wire, command| {
            let answer = wire.send(command);
            if sim::reader::is(command, "DEBIT FOR PURCHASE") {
                return Err(terminal::Lost::Unknown);
            }
            if sim::reader::is(command, "GET TRANSACTION PROVE") {
                return Ok(wire::apdu::response(&[], wire::StatusWord::WRONG_CTC));
            }
            answer
        }),
    );
    let taken_back = buy(&mut world, lies);
    assert!(matches!(taken_back, Err(NoGoods::NotPaid(NotPaid::Nothing(_)))), "{taken_back:?}");
    assert_eq!(world.centre.purchases()[0].end, PurchaseEnd::Void);
    come_to_rest(&mut world);
    assert_eq!(world.centre.purchases()[0].end, PurchaseEnd::Succession);
    check(&world, false).unwrap();
}
