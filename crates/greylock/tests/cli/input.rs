//! Wrong values, wrong files, full disks: what is said, and that nothing is half done.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::forecourt::{OPENING, STATION};
use crate::world::{ASN, Done, World};

#[test]
fn amounts_are_whole_cents() {
    let world = World::new();
    let before = world.names();
    let wrong = [
        ("-5", "not negative"),
        ("12.50", "for 12.50 write 1250"),
        ("12,50", "for 12.50 write 1250"),
        ("1e9", "want whole cents"),
        ("0x10", "want whole cents"),
        ("+5", "want whole cents"),
        ("", "want whole cents"),
        ("2147483648", "at most 2147483647"),
        ("18446744073709551616", "at most 2147483647"),
    ];
    for (value, words) in wrong {
        for option in ["--amount", "--escape-at"] {
            let mut command = world.command(&format!("refuel {STATION} --json"));
            if option == "--escape-at" {
                command.args(["--amount", "100"]);
            }
            let done = Done::of(&command.arg(format!("{option}={value}")).output().unwrap());
            assert_eq!(done.code, 2, "{option} {value}: {done:?}");
            let document = done.document();
            assert_eq!(document["outcome"], "wrong_use", "{document}");
            let reason = document["reason"].as_str().unwrap();
            assert!(
                reason.contains(words) && reason.contains(option),
                "{option} {value}: {reason}"
            );
        }
    }
    let apart = format!("refuel {STATION} --amount -5");
    world.run(&apart).is_wrong_use("not negative");
    assert_eq!(world.names(), before, "no journal was begun");
    assert_eq!(world.show("card.img")["pin_tries"], 3);
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let world = World::new();
    for (arguments, words) in [
        ("refuel --card card.img --psam psam.img --journal station", "--amount"),
        ("refuel --card card.img --psam psam.img --amount 1", "--journal"),
        ("refuel --card card.img --journal station --amount 1", "--psam"),
        ("refuel --psam psam.img --journal station --amount 1", "--card"),
        ("unlock --journal station", "--card"),
        ("unlock --card card.img", "--journal"),
        ("host outcomes", "--host"),
        ("host outcomes --host file:x --asn 628010000000001", "16 digits"),
        ("host outcomes --host file:x --asn 628010000000001a", "no letters"),
        ("host outcomes --host file:x --tid 1122334455", "12 hex digits"),
        ("host holes --host file:x --tid 11223344556g", "12 hex digits"),
        ("host decide --host file:x --tid 112233445566 --ttc x --checker b", "--ttc"),
        ("card unblock --card card.img", "--host"),
    ] {
        world.run(arguments).is_wrong_use(words);
    }
    let refuel = format!("refuel {STATION} --amount 1");
    world.run(&format!("{refuel} --purse xx")).is_wrong_use("invalid value");
    world.run(&format!("{refuel} --pin 123456")).is_wrong_use("unexpected argument");
    assert!(!world.path("station").exists());
}

#[test]
fn wrong_files_are_named_and_nothing_is_begun() {
    let world = World::new();
    world.put("a.file", b"not an image, but some text that is long enough to be looked at");
    for (arguments, words) in [
        ("refuel --card none.img --psam psam.img", "none.img"),
        ("refuel --card card.img --psam none.img", "none.img"),
        ("refuel --card psam.img --psam psam.img", "a card is wanted here"),
        ("refuel --card card.img --psam card.img", "in use by another process"),
        ("refuel --card a.file --psam psam.img", "not a Greylock image"),
        ("refuel --card . --psam psam.img", "is not a file"),
    ] {
        let done = world.run(&format!("{arguments} --journal station --amount 1 --json"));
        assert!([2, 3].contains(&done.code), "{done:?}");
        assert!(done.err.contains(words), "{words}: {done:?}");
        assert!(done.document()["reason"].as_str().unwrap().contains(words));
        assert!(!world.path("station").exists(), "{arguments}");
    }
    for (arguments, words) in [
        ("unlock --card none.img", "none.img"),
        ("unlock --card psam.img", "a card is wanted here"),
        ("unlock --card card.img --host file:none", "holds no centre"),
    ] {
        world.run(&format!("{arguments} --journal station")).is_wrong_use(words);
        assert!(!world.path("station").exists(), "{arguments}");
    }
    assert_eq!(world.show("card.img")["pin_tries"], 3);
}

#[test]
fn a_journal_that_cannot_be_had_stops_everything_before_it_begins() {
    let world = World::new();
    world.put("file", b"");
    let before = world.lasting("card.img");
    for (journal, code, words) in [("file", 2, "file"), ("file/station", 2, "file/station")] {
        let order =
            format!("refuel --card card.img --psam psam.img --journal {journal} --amount 1");
        let done = world.run(&order);
        assert_eq!(done.code, code, "{done:?}");
        assert!(done.err.contains(words), "{done:?}");
        assert_eq!(world.run(&format!("unlock --card card.img --journal {journal}")).code, code);
    }
    world.settle("--amount 5");
    for name in ["station/journal", "station/pump"] {
        let whole = world.bytes(name);
        for damaged in
            [&whole[..whole.len() - 1], &whole[..3], b"something else entirely, of some length"]
        {
            world.put(name, damaged);
            let done = world.refuel("--amount 1");
            assert_eq!(done.code, 3, "{done:?}");
            assert!(done.err.contains(name) && done.err.contains("cannot be used"), "{done:?}");
            assert_eq!(world.bytes(name), damaged, "kept for whoever looks at it");
        }
        world.put(name, &whole);
    }
    assert_ne!(world.lasting("card.img"), before);
    assert_eq!(world.balance("card.img", 0), OPENING - 5);
    assert_eq!(world.settle("--amount 1")["ttc"], 2, "no number was drawn meanwhile");
}

/// In `/proc` nobody makes folders, the superuser included.
#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let world = World::new();
    let done =
        world.run("refuel --card card.img --psam psam.img --journal /proc/station --amount 1");
    done.is_wrong_use("cannot make /proc/station");
}

/// Runs with files of at most so many blocks of 512 bytes, as on a disk that is full there.
fn with_small_files(world: &World, blocks: usize, arguments: &str) -> Done {
    let binary = env!("CARGO_BIN_EXE_greylock");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"{binary}\" {arguments}");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(world.path("")).env("GREYLOCK_PIN", "123456");
    Done::of(&command.output().unwrap())
}

/// How many bytes `blocks` are to this shell.
fn bytes_of_a_block(world: &World) -> usize {
    let script = "trap '' XFSZ; ulimit -f 1; head -c 4096 /dev/zero > probe";
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(world.path("")).output().unwrap();
    world.bytes("probe").len()
}

#[test]
fn a_disk_that_is_full_stops_the_refuelling_where_it_is_and_it_goes_on_later() {
    let world = World::with_centre();
    let host = "--host file:centre";
    let block = bytes_of_a_block(&world);
    let length = |name: &str| std::fs::metadata(world.path(name)).map_or(0, |found| found.len());
    // The journal must be the longest file, so that it is the one that meets the limit.
    while length("station/journal") < 3000 {
        world.settle("--amount 1");
    }
    let mut outcomes = BTreeSet::new();
    for amount in 100..112 {
        let blocks = world.bytes("station/journal").len().div_ceil(block);
        let order = format!("refuel {STATION} --json --amount {amount}");
        let done = with_small_files(&world, blocks, &order);
        let document = done.document();
        let outcome = document["outcome"].as_str().unwrap().to_owned();
        match (outcome.as_str(), done.code) {
            ("settled", 0) => {}
            ("escaped", 3) => assert_eq!(document["amount"], amount, "it has flowed: {document}"),
            ("refused", 2) => assert_eq!(document["amount"], 0, "{document}"),
            _ => panic!("{done:?}"),
        }
        let said = done.err.contains("journal could not be written");
        assert!(said || done.code == 0, "{done:?}");
        outcomes.insert(outcome);
        world.audited("--card card.img --psam psam.img --journal station");
        world.settle("--amount 1");
    }
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), ["escaped", "refused", "settled"]);
    world.settle(&format!("--amount 1 {host}"));
    assert_eq!(world.show("card.img")["state"], "unlocked");
    let totals =
        world.audited(&format!("--card card.img --psam psam.img --journal station {host}"));
    let paid = OPENING - world.balance("card.img", 0);
    assert_eq!(totals["totals"]["settled"], paid);
}

#[test]
fn a_full_disk_leaves_no_half_of_a_file() {
    let world = World::with_centre();
    let before = world.names();
    let host = "--host file:centre";
    for order in [
        format!("card issue --keys keys.toml --asn {ASN} --out second.img"),
        format!("card issue {host} --asn 6280100000000025 --out second.img"),
        "psam issue --keys keys.toml --tid 010203040506 --out second.psam".to_owned(),
        "keys new --out second.toml".to_owned(),
        format!("refuel {STATION} --amount 1"),
    ] {
        let done = with_small_files(&world, 0, &order);
        assert_eq!(done.code, 2, "{order}: {done:?}");
        assert!(done.err.contains("free space"), "{order}: {done:?}");
        assert!(done.out.is_empty(), "{order}: {done:?}");
        let _made_empty = std::fs::remove_dir(world.path("station"));
        assert_eq!(world.names(), before, "{order}");
    }
    let done = with_small_files(&world, 0, "host init --keys keys.toml --dir second");
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(std::fs::read_dir(world.path("second")).unwrap().count(), 0);
    let again =
        world.run(&format!("card issue {host} --asn 6280100000000025 --out second.img --json"));
    assert_eq!(again.document()["outcome"], Value::from("done"), "the number was not spent");
}

#[test]
fn books_that_cannot_be_written_change_nothing() {
    let world = World::with_centre();
    let before = world.bytes("centre/inputs");
    let done = with_small_files(
        &world,
        0,
        "card issue --host file:centre --asn 6280100000000025 --out second.img",
    );
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(world.bytes("centre/inputs"), before);
    // The refuelling itself is done; what the centre did not hear stays in the journal.
    world.settle("--amount 5");
    let block = bytes_of_a_block(&world);
    let length = |name: &str| world.bytes(name).len();
    while length("centre/inputs") < length("station/journal") + 2 * block {
        world.settle("--amount 1 --host file:centre");
    }
    let blocks = length("centre/inputs") / block;
    let order = format!("refuel {STATION} --json --amount 7 --host file:centre");
    let done = with_small_files(&world, blocks, &order);
    assert_eq!((done.code, &done.document()["outcome"]), (0, &Value::from("settled")), "{done:?}");
    assert!(
        done.err
            .contains("warning: the centre is out of reach: centre/inputs could not be written"),
        "{done:?}"
    );
    world.run("host outcomes --host file:centre").done();
    world.settle("--amount 1 --host file:centre");
    world.audited("--card card.img --psam psam.img --journal station --host file:centre");
}
