//! What the issuer does to a card in a reader, and the other purse.

use serde_json::{Value, json};

use crate::forecourt::{Forecourt, OPENING, STATION, Served};
use crate::world::{SELECT, World};

/// What locks the application: a wrong APPLICATION BLOCK, three times.
fn lock_application(forecourt: &Forecourt) {
    for _ in 0..3 {
        let wrong = format!("apdu --card CARD {SELECT} 0084000004 841e00000400000000");
        let answers = forecourt.run(&wrong).done();
        assert!(answers.ends_with("6988\n"), "{answers}");
    }
    let locked = forecourt.run("card show CARD --json").document();
    assert_eq!(locked["state"], "app_locked", "{locked}");
}

fn unblock(forecourt: &Forecourt) -> Value {
    let done = forecourt.run("card unblock --card CARD --host file:centre --json");
    assert_eq!(done.code, 0, "{done:?}");
    done.document()
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_locked_application_is_unblocked_in_the_reader_grey_or_not() {
    for t0 in ["", "--t0"] {
        let forecourt = Forecourt::new();
        let serve = format!("card serve card.img {t0}");
        let card = Served::start(&forecourt.world, &serve, &forecourt.service.vpcd(0));
        let psam = forecourt.psam();
        let open = forecourt.run("card unblock --card CARD --host file:centre");
        assert_eq!(open.code, 1, "{open:?}");
        assert!(open.err.contains("the application is not locked"), "{open:?}");
        lock_application(&forecourt);
        assert_eq!(unblock(&forecourt)["grey"], false);
        let escaped =
            forecourt.run(&format!("refuel {STATION} --json --amount 900 --escape-at 500"));
        assert_eq!(escaped.code, 3, "{escaped:?}");
        lock_application(&forecourt);
        assert_eq!(unblock(&forecourt)["grey"], true);
        let free = "unlock --card CARD --journal station --host file:centre --json";
        assert_eq!(forecourt.run(free).document()["how"], "local");
        drop((card, psam));
        forecourt.paid(500, "unblocked and unlocked");
    }
}

/// A centre that has keys of two versions, and a card that begins with the older ones.
fn two_versions() -> Forecourt {
    let mut forecourt = Forecourt::new();
    let world = World::empty();
    world.run("keys new --out 1.toml --version 1").done();
    world.run("keys new --out keys.toml --suite aes --version 2 --from 1.toml").done();
    world.run("host init --keys keys.toml --dir centre").done();
    let asn = crate::world::ASN;
    let card = format!("--asn {asn} --balance {OPENING} --begin-with 1 --out card.img");
    world.run(&format!("card issue --host file:centre {card}")).done();
    let tid = crate::world::TID;
    world.run(&format!("psam issue --host file:centre --tid {tid} --out psam.img")).done();
    forecourt.world = world;
    forecourt
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn a_card_goes_over_to_its_next_keys_in_the_reader() {
    for t0 in ["", "--t0"] {
        let forecourt = two_versions();
        let serve = format!("card serve card.img {t0}");
        let card = Served::start(&forecourt.world, &serve, &forecourt.service.vpcd(0));
        let psam = forecourt.psam();
        forecourt.settle(300);
        for outcome in ["switched", "current"] {
            let done = forecourt.run("card switch --card CARD --to 2 --host file:centre --json");
            assert_eq!(done.code, 0, "{done:?}");
            assert_eq!(done.document()["outcome"], outcome);
        }
        forecourt.settle(400);
        drop((card, psam));
        assert_eq!(forecourt.world.show("card.img")["key_version"], 2);
        forecourt.paid(700, "in both suites");
    }
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_electronic_purse_is_refuelled_from_too() {
    for t0 in ["", "--t0"] {
        let forecourt = Forecourt::new();
        let order = "--host file:centre --asn 6280100000000025 --purse ep --balance 70000";
        forecourt.world.run(&format!("card issue {order} --out ep.img")).done();
        let vpcd = forecourt.service.vpcd(0);
        let card = Served::start(&forecourt.world, &format!("card serve ep.img {t0}"), &vpcd);
        let psam = forecourt.psam();
        let refuel = format!("refuel {STATION} --purse ep --json");
        let settled = forecourt.run(&format!("{refuel} --amount 1200"));
        assert_eq!(settled.code, 0, "{settled:?}");
        let escaped = forecourt.run(&format!("{refuel} --amount 900 --escape-at 500"));
        assert_eq!(escaped.code, 3, "{escaped:?}");
        let freed = forecourt.run("unlock --card CARD --journal station --host file:centre --json");
        assert_eq!((freed.code, &freed.document()["purse"]), (0, &json!("ep")), "{freed:?}");
        drop((card, psam));
        let shown = forecourt.world.show("ep.img");
        let balance = |purse: usize| shown["purses"][purse]["balance"].clone();
        assert_eq!((balance(0), balance(1)), (json!(0), json!(70_000 - 1_700)));
        let all = "--card ep.img --psam psam.img --journal station --host file:centre";
        let audit = forecourt.world.run(&format!("audit --json {all}"));
        assert_eq!((audit.code, &audit.document()["totals"]["settled"]), (0, &json!(1_700)));
    }
}
