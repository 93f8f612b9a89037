//! A card pulled at one command exactly: before it arrives or before its answer does, gone or back at once.

use crate::between::{Back, Cut, stand};
use crate::forecourt::{Forecourt, STATION, Served};

/// A command of a refuelling, by the bytes that it begins with.
struct Moment {
    command: &'static [u8],
    name: &'static str,
}

const MOMENTS: [Moment; 6] = [
    Moment { command: &[0x00, 0xA4], name: "SELECT" },
    Moment { command: &[0x00, 0x20], name: "VERIFY" },
    Moment { command: &[0xE0, 0x7A, 0x08], name: "INITIALIZE FOR REFUEL" },
    Moment { command: &[0xE0, 0x7C, 0x08], name: "LOCK FOR REFUEL" },
    Moment { command: &[0xE0, 0x7E, 0x08], name: "DEBIT FOR REFUEL" },
    Moment { command: &[0xE0, 0xCA, 0x01], name: "GET GREY STATUS, clear" },
];

/// A refuelling of 900 with this break, whatever it comes to; then the card comes back and one
/// of 100 settles. Every cent is where it belongs.
fn survives(forecourt: &Forecourt, moment: &Moment, cut: Cut, back: Back, paid_before: u64) -> u64 {
    let what = format!("{} {cut:?} {back:?}", moment.name);
    let vpcd = stand(&forecourt.service.vpcd(0), moment.command, cut, back);
    let card = Served::start(&forecourt.world, "card serve card.img", &vpcd);
    let psam = forecourt.psam();
    let broken = forecourt.run(&format!("refuel {STATION} --json --amount 900"));
    assert!([0, 3].contains(&broken.code), "{what}: {broken:?}");
    drop((card, psam));
    forecourt.audited(&what);
    let (card, psam) = (forecourt.card(), forecourt.psam());
    let freed =
        forecourt.run("unlock --card CARD --psam PSAM --journal station --host file:centre --json");
    assert!([0, 1].contains(&freed.code), "{what}: {freed:?}");
    let document = forecourt.settle(100);
    drop((card, psam));
    let flowed = broken.document()["amount"].as_u64().unwrap_or(0);
    let paid = paid_before + flowed + 100;
    forecourt.paid(paid, &format!("{what}: {broken:?} {freed:?} {document}"));
    paid
}

/// Debit and what follows it leave a sale of 900 each, and every break one of 100 after it.
const PAID: u64 = 2 * 900 + 6 * 100;

fn each_moment(cut: Cut, back: Back, expected: u64) {
    let forecourt = Forecourt::new();
    let mut paid = 0;
    for moment in &MOMENTS {
        paid = survives(&forecourt, moment, cut, back, paid);
    }
    println!("{cut:?} {back:?}: {} breaks, {paid} cents paid, 0 off", MOMENTS.len());
    assert_eq!(paid, expected, "{cut:?} {back:?}");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pulled_before_a_command_arrives() {
    each_moment(Cut::Before, Back::Never, PAID);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pulled_before_the_answer_is_heard() {
    each_moment(Cut::After, Back::Never, PAID);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn out_and_in_before_a_command_arrives() {
    each_moment(Cut::Before, Back::AtOnce, PAID);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn out_and_in_before_the_answer_is_heard() {
    // The answer of LOCK is read from the card's status, and the sale goes on.
    each_moment(Cut::After, Back::AtOnce, PAID + 900);
}
