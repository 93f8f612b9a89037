//! `card issue` and `psam issue`.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::world::{ASN, SELECT, World};

#[test]
fn a_card_is_made_as_ordered() {
    let world = World::new();
    let done = world.run(
        "card issue --keys keys.toml --asn 0000000000000001 --out other.img --balance 2500 --overdraft 300 \
         --purse ep --ctc 65533 --otc 7 --aid A000000003 --start 2026-01-31 --expiry 20271231 --json",
    );
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    assert_eq!(document["balance"], json!(2800));
    assert_eq!(document["money"], json!(2500));
    let shown = world.show("other.img");
    assert_eq!(shown["asn"], "0000000000000001");
    assert_eq!(shown["aid"], "a000000003");
    assert_eq!(shown["start"], "20260131");
    assert_eq!(shown["expiry"], "20271231");
    let purses = json!([
        { "purse": "ed", "balance": 0, "overdraft": 0, "money": 0, "ctc": 0, "otc": 0 },
        { "purse": "ep", "balance": 2800, "overdraft": 300, "money": 2500, "ctc": 65533, "otc": 7 },
    ]);
    assert_eq!(shown["purses"], purses);
    let mode = std::fs::metadata(world.path("other.img")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_largest_balance_fits_and_one_cent_more_does_not() {
    let world = World::new();
    let order = format!("card issue --keys keys.toml --asn {ASN} --out rich.img");
    world.run(&format!("{order} --balance 2147483647 --overdraft 1")).is_wrong_use("7FFFFFFF");
    world.run(&format!("{order} --balance 2147483646 --overdraft 1")).done();
    assert_eq!(world.show("rich.img")["purses"][0]["balance"], json!(2_147_483_647));
}

#[test]
fn wrong_orders_are_refused_and_make_nothing() {
    let world = World::new();
    world.put("bad.pin", b"12a4\n");
    let before = world.names();
    let good = format!("--keys keys.toml --asn {ASN} --out new.img");
    for (wrong, words) in [
        ("--balance 1e9", "want whole cents"),
        ("--balance -5", "not negative"),
        ("--balance 12.50", "for 12.50 write 1250"),
        ("--balance 2147483648", "at most 2147483647"),
        ("--balance 99999999999999999999", "at most 2147483647"),
        ("--overdraft 16777216", "at most 16777215"),
        ("--overdraft -1", "not negative"),
        ("--purse xx", "invalid value"),
        ("--ctc 65536", "invalid value"),
        ("--otc -1", "invalid value"),
        ("--aid zz", "hex digits"),
        ("--start 2026-02-30", "day of the calendar"),
        ("--start 2026-02-02 --expiry 2026-02-01", "before --start"),
        ("--pin-file bad.pin", "is not a PIN"),
        ("--pin-file none.pin", "none.pin"),
    ] {
        world.run(&format!("card issue {good} {wrong}")).is_wrong_use(words);
    }
    for (asn, words) in [
        ("628010000000001", "16 digits"),
        ("62801000000000171", "16 digits"),
        ("628010000000001a", "no letters"),
        ("6789678967896789", "complement"),
    ] {
        world
            .run(&format!("card issue --keys keys.toml --asn {asn} --out new.img"))
            .is_wrong_use(words);
    }
    world.run(&format!("card issue --asn {ASN} --out new.img")).is_wrong_use("--keys");
    world
        .run(&format!("card issue {good} --host https://centre.example"))
        .is_wrong_use("cannot be used with");
    for (tid, words) in [("1122334455", "12 hex digits"), ("11223344556x", "12 hex digits")] {
        world
            .run(&format!("psam issue --keys keys.toml --tid {tid} --out new.img"))
            .is_wrong_use(words);
    }
    assert_eq!(world.names(), before);
}

#[test]
fn an_image_is_never_overwritten() {
    let world = World::new();
    let before = (world.bytes("card.img"), world.bytes("psam.img"), world.bytes("keys.toml"));
    for order in [
        format!("card issue --keys keys.toml --asn {ASN} --out card.img"),
        format!("card issue --keys keys.toml --asn {ASN} --out keys.toml"),
        "psam issue --keys keys.toml --tid 112233445566 --out psam.img".to_owned(),
    ] {
        world.run(&order).is_wrong_use("nothing was overwritten");
    }
    assert_eq!(
        before,
        (world.bytes("card.img"), world.bytes("psam.img"), world.bytes("keys.toml"))
    );
}

#[test]
fn the_pin_comes_from_the_file_then_the_environment_then_is_the_default() {
    let world = World::new();
    world.put("pin", b"24680\n");
    let order = |name: &str| format!("card issue --keys keys.toml --asn {ASN} --out {name}");
    world.run(&format!("{} --pin-file pin", order("file.img"))).done();
    let status = world
        .command(&order("environment.img"))
        .env("GREYLOCK_PIN", "1357")
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    for (image, digits) in
        [("card.img", "03123456"), ("file.img", "0324680f"), ("environment.img", "021357")]
    {
        let answers = world.run(&format!("apdu --card {image} {SELECT} 00200000{digits}")).done();
        assert_eq!(answers.lines().nth(1), Some("9000"), "{image}");
    }
}

#[test]
fn a_psam_is_made_as_ordered() {
    let world = World::new();
    let shown = world.run("psam show psam.img --json").document();
    let expected = json!({
        "tid": "112233445566", "serial": "00000000112233445566", "next_ttc": 1, "pending": [],
    });
    assert_eq!(shown, expected);
    world.run("psam issue --keys keys.toml --tid 010203040506 --out b.img --first-ttc 4294901760 --serial 00010203040506070809").done();
    let text = world.run("psam show b.img").done();
    assert!(text.contains("00010203040506070809") && text.contains("4294901760"), "{text}");
}
