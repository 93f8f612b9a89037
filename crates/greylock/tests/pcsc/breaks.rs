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

/// The row of protocol §10 that such a break ends in, by what the centre hears of its lock.
fn row(moment: &Moment, cut: Cut, back: Back) -> Option<&'static str> {
    match (moment.name, cut, back) {
        ("LOCK FOR REFUEL", Cut::Before, _) => Some("no_dispense"),
        // Grey, and freed before a new sale.
        ("LOCK FOR REFUEL", Cut::After, Back::Never) => Some("no_dispense by mac3"),
        // The answer of LOCK is read from the card's status, and the sale goes on.
        ("LOCK FOR REFUEL", Cut::After, Back::AtOnce) => Some("sale 900 by tac"),
        ("DEBIT FOR REFUEL" | "GET GREY STATUS, clear", ..) => Some("sale 900 by tac"),
        _ => None,
    }
}

/// A refuelling of 900 with this break, whatever it comes to; then the card comes back and one
/// of 100 settles. Every cent is where it belongs.
fn survives(
    forecourt: &Forecourt,
    moment: &Moment,
    cut: Cut,
    back: Back,
    heard: &mut Vec<&'static str>,
) {
    let vpcd = stand(&forecourt.service.vpcd(0), moment.command, cut, back);
    let card = Served::start(&forecourt.world, "card serve card.img", &vpcd);
    let psam = forecourt.psam();
    let broken = forecourt.run(&format!("refuel {STATION} --json --amount 900"));
    let what = format!("{} {cut:?} {back:?}: {broken:?}", moment.name);
    assert!([0, 3].contains(&broken.code), "{what}");
    drop((card, psam));
    forecourt.comes_to_rest(heard, row(moment, cut, back), &what);
}

fn each_moment(cut: Cut, back: Back) {
    let forecourt = Forecourt::new();
    let mut heard = Vec::new();
    for moment in &MOMENTS {
        survives(&forecourt, moment, cut, back, &mut heard);
    }
    println!("{cut:?} {back:?}: {} breaks, 0 cents off, the centre heard {heard:?}", MOMENTS.len());
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pulled_before_a_command_arrives() {
    each_moment(Cut::Before, Back::Never);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pulled_before_the_answer_is_heard() {
    each_moment(Cut::After, Back::Never);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn out_and_in_before_a_command_arrives() {
    each_moment(Cut::Before, Back::AtOnce);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn out_and_in_before_the_answer_is_heard() {
    each_moment(Cut::After, Back::AtOnce);
}
