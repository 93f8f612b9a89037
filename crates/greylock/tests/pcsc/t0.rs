//! Chips that speak T=0: answers are fetched with GET RESPONSE, and a wrong length is told with 6Cxx.

use crate::between::{Back, Cut, stand};
use crate::forecourt::{Forecourt, STATION, Served};
use crate::world::{ASN, SELECT, STATUS, TID};

/// Card and PSAM in their readers, both with T=0.
fn both(forecourt: &Forecourt) -> [Served; 2] {
    let serve =
        |what: &str, reader| Served::start(&forecourt.world, what, &forecourt.service.vpcd(reader));
    [serve("card serve card.img --t0", 0), serve("psam serve psam.img --t0", 1)]
}

/// Without T=0 this test would show nothing: the ATR says that it is spoken, and a command goes as it is sent.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_readers_speak_t_0() {
    let forecourt = Forecourt::new();
    let _chips = both(&forecourt);
    let answers = forecourt.run(&format!("apdu --card CARD {SELECT} {STATUS} 00c0000000")).done();
    let lines: Vec<&str> = answers.lines().collect();
    assert!(lines[0].len() == 110 && lines[0].ends_with("9000"), "SELECT whole: {answers}");
    assert!(lines[1].len() == 64 && lines[1].ends_with("9000"), "the status whole: {answers}");
    assert_eq!(lines[2], "6985", "nothing waits behind a whole answer");
    let shown = forecourt.run("psam show PSAM --json").document();
    assert_eq!(shown["tid"], TID);
    let readers = forecourt.run("readers --json").document();
    assert_eq!(readers["readers"][0]["atr"], "3b0a80684752455943415244");
    assert_eq!(
        (&readers["readers"][0]["asn"], &readers["readers"][1]["tid"]),
        (&ASN.into(), &TID.into())
    );
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_refuelling_an_escape_and_a_local_unlock() {
    let forecourt = Forecourt::new();
    let [card, psam] = both(&forecourt);
    let document = forecourt.settle(1234);
    assert_eq!(document["apdus"], 13, "as with images: {document}");
    let escaped = forecourt.run(&format!("refuel {STATION} --json --amount 900 --escape-at 500"));
    assert_eq!(escaped.code, 3, "{escaped:?}");
    let freed = forecourt.run("unlock --card CARD --journal station --host file:centre --json");
    assert_eq!(freed.code, 0, "{freed:?}");
    assert_eq!(
        (&freed.document()["how"], &freed.document()["amount"]),
        (&"local".into(), &500.into())
    );
    assert_eq!((card.stop("-TERM"), psam.stop("-INT")), (0, 0));
    forecourt.paid(1734, "T=0");
}

/// LOCK is carried out, its answer waits in the card, and the card is pulled before GET RESPONSE fetches it.
#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_lock_whose_answer_was_never_fetched_is_ended_on_line() {
    let forecourt = Forecourt::new();
    let vpcd = stand(&forecourt.service.vpcd(0), &[0xE0, 0x7C], Cut::After, Back::Never);
    let card = Served::start(&forecourt.world, "card serve card.img --t0", &vpcd);
    let vpcd = forecourt.service.vpcd(1);
    let psam = Served::start(&forecourt.world, "psam serve psam.img --t0", &vpcd);
    let lost = forecourt.run(&format!("refuel {STATION} --json --amount 900"));
    assert_eq!(lost.code, 3, "{lost:?}");
    drop(card);
    assert_eq!(forecourt.world.show("card.img")["state"], "grey");
    let vpcd = forecourt.service.vpcd(0);
    let card = Served::start(&forecourt.world, "card serve card.img --t0", &vpcd);
    let freed = forecourt.run("unlock --card CARD --journal station --host file:centre --json");
    assert_eq!(freed.code, 0, "{freed:?}");
    assert_eq!(
        (&freed.document()["how"], &freed.document()["amount"]),
        (&"online".into(), &0.into())
    );
    drop((card, psam));
    forecourt.paid(0, "unlocked on-line over T=0");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn one_speaks_t_0_and_the_other_t_1() {
    let forecourt = Forecourt::new();
    let vpcd = forecourt.service.vpcd(0);
    let card = Served::start(&forecourt.world, "card serve card.img --t0", &vpcd);
    let psam = forecourt.psam();
    forecourt.settle(60);
    drop((card, psam));
    let card = forecourt.card();
    let vpcd = forecourt.service.vpcd(1);
    let psam = Served::start(&forecourt.world, "psam serve psam.img --t0", &vpcd);
    forecourt.settle(40);
    drop((card, psam));
    forecourt.paid(100, "mixed");
}
