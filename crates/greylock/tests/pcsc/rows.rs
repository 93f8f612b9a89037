//! What else breaks, and the row of protocol §10 that it ends in: the PSAM at each of its commands, both unlocks,
//! the service in the middle of a command.

use std::process::Command;

use crate::between::{Back, Cut, stand, stand_and};
use crate::forecourt::{Forecourt, STATION, Served};
use crate::world::Done;

const CUTS: [Cut; 2] = [Cut::Before, Cut::After];
const SELECT: &[u8] = &[0x00, 0xA4];
const INIT: &[u8] = &[0xE0, 0x40];
const CERTIFICATE: &[u8] = &[0xE0, 0x42];
const DEBIT_SAM: &[u8] = &[0xE0, 0x44];
const LOCK: &[u8] = &[0xE0, 0x7C];
const DEBIT: &[u8] = &[0xE0, 0x7E, 0x08];
const INITIALIZE_FOR_UNLOCK: &[u8] = &[0xE0, 0x7A, 0x09];
const DEBIT_FOR_UNLOCK: &[u8] = &[0xE0, 0x7E, 0x09];

fn refuel(forecourt: &Forecourt) -> Done {
    forecourt.run(&format!("refuel {STATION} --json --amount 900"))
}

/// The card behind a hand that pulls it once.
fn card_behind(forecourt: &Forecourt, command: &'static [u8], cut: Cut, back: Back) -> Served {
    let vpcd = stand(&forecourt.service.vpcd(0), command, cut, back);
    Served::start(&forecourt.world, "card serve card.img", &vpcd)
}

/// The PSAM is pulled at each of its commands. The centre hears nothing of a TTC that was not drawn, of one that was
/// drawn that it is void, of a lock on which nothing flowed a debit over 0, and of the others what flowed.
fn psam_pulled(back: Back) {
    let forecourt = Forecourt::new();
    let mut heard = Vec::new();
    for (command, rows) in [
        (SELECT, [None, None]),
        (INIT, [None, Some("void")]),
        (CERTIFICATE, [Some("sale 0 by tac"), Some("sale 0 by tac")]),
        (DEBIT_SAM, [Some("sale 900 by tac"), Some("sale 900 by tac")]),
    ] {
        for (cut, row) in CUTS.into_iter().zip(rows) {
            let vpcd = stand(&forecourt.service.vpcd(1), command, cut, back);
            let psam = Served::start(&forecourt.world, "psam serve psam.img", &vpcd);
            let card = forecourt.card();
            let broken = refuel(&forecourt);
            let what = format!("{command:02X?} {cut:?} {back:?}: {broken:?}");
            assert!(broken.code == 3 && broken.err.contains("PSAM lost during"), "{what}");
            drop((card, psam));
            forecourt.comes_to_rest(&mut heard, row, &what);
        }
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_pulled_at_each_of_its_commands() {
    psam_pulled(Back::Never);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_psam_is_out_and_in_at_each_of_its_commands() {
    psam_pulled(Back::AtOnce);
}

/// The local unlock breaks at its DEBIT. The TAC of the debit that nobody heard comes from the card's status.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_pulled_during_its_local_unlock() {
    let forecourt = Forecourt::new();
    let mut heard = Vec::new();
    for (cut, back) in CUTS.into_iter().zip([Back::Never, Back::AtOnce]) {
        let (card, psam) = (forecourt.card(), forecourt.psam());
        let escape = format!("refuel {STATION} --json --amount 900 --escape-at 500");
        assert_eq!(forecourt.run(&escape).code, 3);
        drop(card);
        let card = card_behind(&forecourt, DEBIT, cut, back);
        let broken = forecourt.run("unlock --card CARD --journal station --host file:centre");
        let what = format!("{cut:?} {back:?}: {broken:?}");
        assert!(broken.code == 3 && broken.err.contains("lost during DEBIT FOR REFUEL"), "{what}");
        drop((card, psam));
        let state = if cut == Cut::Before { "grey" } else { "tac_unread" };
        assert_eq!(forecourt.world.show("card.img")["state"], state, "{what}");
        forecourt.comes_to_rest(&mut heard, Some("sale 500 by tac"), &what);
    }
}

/// The on-line unlock breaks at either of its commands; MAC3 settles it, once.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_card_is_pulled_during_its_unlock_on_line() {
    let forecourt = Forecourt::new();
    let mut heard = Vec::new();
    for (command, cut, state) in [
        (INITIALIZE_FOR_UNLOCK, Cut::Before, "grey"),
        (INITIALIZE_FOR_UNLOCK, Cut::After, "grey"),
        (DEBIT_FOR_UNLOCK, Cut::Before, "grey"),
        (DEBIT_FOR_UNLOCK, Cut::After, "tac_unread"),
    ] {
        let (card, psam) =
            (card_behind(&forecourt, LOCK, Cut::After, Back::Never), forecourt.psam());
        assert_eq!(refuel(&forecourt).code, 3);
        drop(card);
        let card = card_behind(&forecourt, command, cut, Back::Never);
        let broken = forecourt.run("unlock --card CARD --journal station --host file:centre");
        let what = format!("{command:02X?} {cut:?}: {broken:?}");
        assert_eq!(broken.code, 3, "{what}");
        drop((card, psam));
        assert_eq!(forecourt.world.show("card.img")["state"], state, "{what}");
        forecourt.comes_to_rest(&mut heard, Some("no_dispense by mac3"), &what);
    }
}

/// The service dies while a command is on its way, and is started again later.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn pcscd_dies_in_the_middle_of_a_command() {
    let mut forecourt = Forecourt::new();
    let mut heard = Vec::new();
    for (command, cut, row) in [
        (LOCK, Cut::Before, "no_dispense"),
        (LOCK, Cut::After, "no_dispense by mac3"),
        (DEBIT, Cut::Before, "sale 900 by tac"),
        (DEBIT, Cut::After, "sale 900 by tac"),
    ] {
        let service = forecourt.service.id().to_string();
        let kill = move || {
            let _told_by_what_follows = Command::new("kill").args(["-9", &service]).status();
        };
        let vpcd = stand_and(&forecourt.service.vpcd(0), command, cut, Back::Never, kill);
        let card = Served::start(&forecourt.world, "card serve card.img", &vpcd);
        let psam = forecourt.psam();
        let broken = refuel(&forecourt);
        let what = format!("{command:02X?} {cut:?}: {broken:?}");
        assert!(broken.code == 3 && broken.err.contains("card lost during"), "{what}");
        drop((card, psam));
        forecourt.service.restart();
        forecourt.comes_to_rest(&mut heard, Some(row), &what);
    }
}
