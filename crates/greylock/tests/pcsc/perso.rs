//! Blank chips in readers become a card and a PSAM, and do a whole refuelling.

use crate::between::{Back, Cut, stand};
use crate::forecourt::{Forecourt, OPENING, Served};
use crate::service::Service;
use crate::world::{ASN, Done, TID, World};

/// A centre, and blank chips in place of the card and the PSAM.
fn forecourt() -> Forecourt {
    let world = World::empty();
    for command in [
        "keys new --out keys.toml",
        "keys transport --out transport.key",
        "host init --keys keys.toml --dir centre",
        "card blank --transport-key transport.key --out card.img",
        "card blank --transport-key transport.key --out other.img",
        "psam blank --transport-key transport.key --out psam.img",
    ] {
        world.run(command).done();
    }
    Forecourt { world, service: Service::start() }
}

fn issue_card(forecourt: &Forecourt) -> Done {
    forecourt.run(&format!(
        "card issue --host file:centre --asn {ASN} --balance {OPENING} --transport-key transport.key --out CARD --json"
    ))
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_card_and_a_psam_are_issued_in_their_readers_and_refuel() {
    let forecourt = forecourt();
    let (card, psam) = (forecourt.card(), forecourt.psam());
    for shown in ["card show CARD", "psam show PSAM"] {
        let shown = forecourt.run(shown).done();
        assert_eq!(shown, "blank chip, 10 tries left\n");
    }
    let readers = forecourt.run("readers").done();
    assert_eq!(readers.matches("a blank chip, not personalised yet").count(), 2, "{readers}");
    let issued = issue_card(&forecourt);
    assert_eq!(issued.code, 0, "{issued:?}");
    assert_eq!(issued.document()["chip"].as_str().unwrap().len(), 20);
    let psam_order = format!("psam issue --host file:centre --tid {TID} --out PSAM");
    let made = forecourt.run(&format!("{psam_order} --transport-key transport.key"));
    assert_eq!(made.code, 0, "{made:?}");
    // In the same power session of the readers, and then with power taken away.
    forecourt.settle(1234);
    let again = issue_card(&forecourt);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("personalised already"), "{again:?}");
    forecourt.run(&psam_order).is_wrong_use("--transport-key FILE");
    drop((card, psam));
    let (card, psam) = (forecourt.card(), forecourt.psam());
    forecourt.settle(1000);
    drop((card, psam));
    forecourt.paid(2234, "issued in readers");
}

/// The chip is pulled at the STORE DATA that begins so.
fn pulled_at(store: &'static [u8], cut: Cut, is_done: bool) {
    let forecourt = forecourt();
    let vpcd = stand(&forecourt.service.vpcd(0), store, cut, Back::Never);
    let card = Served::start(&forecourt.world, "card serve card.img", &vpcd);
    let lost = issue_card(&forecourt);
    assert_eq!(lost.code, 3, "{lost:?}");
    assert!(lost.err.contains("issue it again with the same number"), "{lost:?}");
    drop(card);
    // Another chip under the same number would be a clone once the books know it.
    let registered = store[2] & 0x80 != 0;
    if registered {
        let other =
            Served::start(&forecourt.world, "card serve other.img", &forecourt.service.vpcd(0));
        let clone = issue_card(&forecourt);
        assert_eq!(clone.code, 1, "{clone:?}");
        assert!(clone.err.contains("would be a clone"), "{clone:?}");
        drop(other);
    }
    let card = forecourt.card();
    let repeated = issue_card(&forecourt);
    assert_eq!(repeated.code, i32::from(is_done), "{repeated:?}");
    drop(card);
    assert_eq!(forecourt.world.show("card.img")["purses"][0]["balance"], OPENING);
    assert_eq!(forecourt.world.show("other.img")["state"], "blank");
    let audited = forecourt.world.run("audit --json --card card.img --host file:centre");
    assert_eq!(audited.document()["totals"]["difference"], 0, "{audited:?}");
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_card_that_is_pulled_while_it_is_issued_is_issued_again() {
    pulled_at(&[0x84, 0xE2, 0x68, 0x0A], Cut::After, false);
    pulled_at(&[0x84, 0xE2, 0xE8], Cut::Before, false);
    pulled_at(&[0x84, 0xE2, 0xE8], Cut::After, true);
}
