//! `host table`: out of the books of every kind of centre, as `verify` and a clearing read it.

use serde_json::{Value, json};

use crate::served::everywhere;
use crate::world::{TID, World};

const HOST: &str = "--host file:centre";

/// What a document says of the kinds that are there.
fn kinds(document: &Value) -> Value {
    let kinds = document["kinds"].as_object().unwrap();
    let there = kinds.iter().filter(|(_, count)| **count != json!(0));
    Value::Object(there.map(|(kind, count)| (kind.clone(), count.clone())).collect())
}

fn text(world: &World, name: &str) -> String {
    String::from_utf8(world.bytes(name)).unwrap()
}

#[test]
fn what_a_centre_heard_stands_in_its_table_wherever_its_books_are() {
    everywhere(|world, host| {
        let at = &host.station;
        world.settle(&format!("--amount 300 {at}"));
        world.escape(1234, at);
        let books = match &host.served {
            None => "--dir centre",
            Some(_) if world.path("data").exists() => "--data data",
            Some(_) => "--data centre",
        };
        let table = |options: &str| world.run(&format!("host table {books} --json {options}"));
        // A server goes on meanwhile.
        let document = table("--out books.parquet").document();
        assert_eq!(kinds(&document), json!({ "sale": 1, "grey": 1 }), "{document}");
        assert_eq!(document["records"], 2);
        assert_eq!((&document["stations"], &document["new_stations"]), (&json!(1), &json!(1)));
        assert_eq!(document["stations_file"], "stations.csv");
        assert_eq!(text(world, "stations.csv"), "number,station\n1,station\n");
        let taken = table("--out books.parquet");
        assert_eq!(taken.code, 2, "{taken:?}");
        assert!(taken.err.contains("nothing was overwritten"), "{taken:?}");

        // Numbers that are there stay, and the file is had by its name wherever it is.
        world.put("numbers.csv", b"number,station\n7,elsewhere\n");
        let options = "--stations numbers.csv --since 20990101 --out open.parquet";
        let document = table(options).document();
        assert_eq!(kinds(&document), json!({ "grey": 1 }), "what is open stays: {document}");
        assert_eq!((&document["records"], &document["left_out"]), (&json!(1), &json!(1)));
        assert_eq!(text(world, "numbers.csv"), "number,station\n7,elsewhere\n8,station\n");
        let again = table("--stations numbers.csv --out again.parquet").document();
        assert_eq!((&again["stations"], &again["new_stations"]), (&json!(2), &json!(0)));
    });
}

#[test]
fn the_table_of_a_folder_holds_against_its_keys() {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    // The journal is lost, two persons decide, and the card is unlocked on-line.
    world.escape(1234, "");
    std::fs::remove_dir_all(world.path("station")).unwrap();
    assert_eq!(world.unlock(&format!("--journal elsewhere {HOST}")).code, 1);
    let decide = format!("host decide {HOST} --tid {TID} --ttc 2 --amount 1234");
    world.run(&format!("{decide} --maker ada --reason totalizer")).done();
    world.run(&format!("{decide} --checker grace")).done();
    world.freed("online", 1234, &format!("--journal elsewhere {HOST}"));
    let said = world.run("host table --dir centre --out books.parquet").done();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "2 rows of centre in books.parquet: 1 sale, 1 online_unlock",
            "numbers of stations in stations.csv: 1, 1 of them new",
        ]
    );
    let verified = world.run("verify books.parquet --keys keys.toml --json").document();
    assert_eq!((&verified["records"], &verified["bad"]), (&json!(2), &json!(0)), "{verified}");
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_nothing() {
    let world = World::with_centre();
    world.put("text", b"no books");
    world.put("bad.csv", b"number,station\n0,north\n");
    let names = world.names();
    for (arguments, words) in [
        ("--dir nowhere", "nowhere holds no centre"),
        ("--data nowhere", "nowhere/books.sqlite cannot be read"),
        ("--db sqlite:text", "text cannot be read"),
        ("--dir centre --data centre", "cannot be used with"),
        ("--dir centre --stations bad.csv", "bad.csv: line 2: a number is from 1"),
        ("--dir centre --stations text", "it is no register of stations"),
        ("--dir centre --stations .", ". is not a file"),
        ("--dir centre --since 20260230", "want a day of the calendar"),
        ("--db postgres://u@db.example/d", "sslmode=verify-full"),
    ] {
        let done = world.run(&format!("host table {arguments} --out books.parquet"));
        assert!(done.code != 0 && done.code != 70, "{arguments}: {done:?}");
        assert!(done.err.contains(words), "{words}: {done:?}");
        assert_eq!(world.names(), names, "{arguments}");
    }
}
