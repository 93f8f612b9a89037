//! What works with images works with readers.

use crate::between::{Back, Cut, stand};
use crate::forecourt::{Forecourt, STATION, Served};
use crate::world::{ASN, SELECT, STATUS, TID};

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_refuelling_an_escape_and_a_local_unlock() {
    let forecourt = Forecourt::new();
    let (card, psam) = (forecourt.card(), forecourt.psam());
    let document = forecourt.settle(1234);
    assert_eq!(document["apdus"], 13, "as with images: {document}");
    assert_eq!(document["balance_before"], 150_000);
    let escaped = forecourt.run(&format!("refuel {STATION} --json --amount 900 --escape-at 500"));
    assert_eq!(escaped.code, 3, "{escaped:?}");
    let freed = forecourt.run("unlock --card CARD --journal station --host file:centre --json");
    assert_eq!(freed.code, 0, "{freed:?}");
    assert_eq!(
        (&freed.document()["how"], &freed.document()["amount"]),
        (&"local".into(), &500.into())
    );
    assert_eq!((card.stop("-TERM"), psam.stop("-INT")), (0, 0));
    forecourt.paid(1734, "a visit");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn no_command_of_a_refuelling_is_left_out_of_its_count() {
    let forecourt = Forecourt::new();
    let serve = |what: &str, reader| {
        Served::start(&forecourt.world, &format!("{what} --json"), &forecourt.service.vpcd(reader))
    };
    let (card, psam) = (serve("card serve card.img", 0), serve("psam serve psam.img", 1));
    let document = forecourt.settle(1234);
    assert_eq!((card.answered(), psam.answered()), (8, 5), "{document}");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_lock_whose_answer_was_lost_is_ended_on_line() {
    let forecourt = Forecourt::new();
    let vpcd = stand(&forecourt.service.vpcd(0), &[0xE0, 0x7C], Cut::After, Back::Never);
    let card = Served::start(&forecourt.world, "card serve card.img", &vpcd);
    let psam = forecourt.psam();
    let lost = forecourt.run(&format!("refuel {STATION} --json --amount 900"));
    assert_eq!(lost.code, 3, "{lost:?}");
    drop(card);
    assert_eq!(forecourt.world.show("card.img")["state"], "grey");
    let card = forecourt.card();
    let freed = forecourt.run("unlock --card CARD --journal station --host file:centre --json");
    assert_eq!(freed.code, 0, "{freed:?}");
    assert_eq!(
        (&freed.document()["how"], &freed.document()["amount"]),
        (&"online".into(), &0.into())
    );
    drop((card, psam));
    forecourt.paid(0, "unlocked on-line");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn readers_and_what_is_in_them_are_shown() {
    let forecourt = Forecourt::new();
    let empty = forecourt.run("readers");
    assert_eq!(empty.out, "Pump 00 00: empty\nPump 00 01: empty\n", "{empty:?}");
    let mut card = forecourt.card();
    let _psam = forecourt.psam();
    let answers = forecourt.run(&format!("apdu --card CARD {SELECT} {STATUS}")).done();
    assert!(answers.lines().all(|answer| answer.ends_with("9000")), "{answers}");
    let shown = forecourt.run("card show CARD --json").document();
    assert_eq!((&shown["asn"], &shown["state"]), (&ASN.into(), &"unlocked".into()));
    assert_eq!(shown["purses"][0]["balance"], 150_000);
    let shown = forecourt.run("psam show PSAM --json").document();
    assert_eq!((&shown["tid"], &shown["next_ttc"]), (&TID.into(), &serde_json::Value::Null));
    let readers = forecourt.run("readers --json").document();
    assert_eq!(
        (&readers["readers"][0]["asn"], &readers["readers"][1]["tid"]),
        (&ASN.into(), &TID.into())
    );
    assert_eq!(readers["readers"][0]["atr"], "3b8a01806847524559434152447e");
    card.pull();
    let gone = forecourt.run("card show CARD");
    assert_eq!(gone.code, 3, "{gone:?}");
    assert!(gone.err.contains("nothing is in the reader `Pump 00 00`"), "{gone:?}");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn what_only_an_image_can_do_and_which_reader_is_told() {
    let forecourt = Forecourt::new();
    forecourt.run("audit --card CARD").is_wrong_use("on an image alone");
    forecourt.run(&format!("apdu --card CARD --tear 1 {SELECT}")).is_wrong_use("--tear");
    forecourt.run("card show pcsc:pump").is_wrong_use("more than one reader");
    let none = forecourt.run("card show pcsc:omnikey");
    assert_eq!(none.code, 3, "{none:?}");
    assert!(none.err.contains("there are: Pump 00 00, Pump 00 01"), "{none:?}");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_card_that_one_command_has_is_in_use_for_another() {
    use crate::forecourt::Held;
    let forecourt = Forecourt::new();
    let (card, psam) = (forecourt.card(), forecourt.psam());
    let held = Held::at(&forecourt, "locked", 700);
    let other = forecourt.run("card show CARD");
    assert_eq!(other.code, 3, "{other:?}");
    assert!(other.err.contains("in use by another program"), "{other:?}");
    let readers = forecourt.run("readers --json").document();
    assert_eq!(readers["readers"][0]["state"], "in_use");
    assert_eq!(held.go_on().code, 0, "the other one disturbed nothing");
    drop((card, psam));
    forecourt.paid(700, "undisturbed");
}
