//! What the database itself refuses, whoever asks it.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::tell;
use crate::support::keys;
use crate::support::world::{Story, World};
use store::Place;
use wire::Scheme;

/// What no statement may do, and what the database says to it.
const FORBIDDEN: [(&str, &str); 8] = [
    ("UPDATE operator_log SET operator = 'nobody'", "append only"),
    ("DELETE FROM operator_log", "append only"),
    ("UPDATE entries SET amount = amount + 1", "append only"),
    ("DELETE FROM entries", "append only"),
    ("UPDATE fundings SET reference = 'another'", "append only"),
    ("DELETE FROM fundings", "append only"),
    (
        "INSERT INTO entries SELECT lane, posting, part + 100, reason, asn, purse, ctc, tid, ttc, at, source, target, -amount FROM entries",
        "constraint",
    ),
    (
        "INSERT INTO entries SELECT lane, posting, part + 100, reason, asn, purse, ctc, tid, ttc, at, source, source, amount FROM entries",
        "constraint",
    ),
];

fn with_entries(base: &Base) {
    let mut told = World::new();
    told.play(Story::Sale, 0, 1_500);
    told.play(Story::Prepaid, 0, 1_500);
    let inputs = told.log.iter().map(|(input, _)| input.clone());
    let desk = base.desk();
    tell(&desk, inputs);
    // The world has that card already: repeated or refused, it is noted.
    drop(crate::operated::ask_as(base, &desk, "ada", crate::operated::a_card()));
}

fn refusal(place: &Place, statement: &str) -> String {
    match place {
        Place::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            connection.execute_batch(statement).unwrap_err().to_string().to_lowercase()
        }
        Place::Postgres(url) => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            let error = client.batch_execute(statement).unwrap_err();
            error.as_db_error().unwrap().message().to_lowercase()
        }
    }
}

fn the_ledger_is_kept(base: &Base) {
    with_entries(base);
    for (statement, says) in FORBIDDEN {
        let said = refusal(&base.place, statement);
        assert!(said.contains(says), "{statement}: {said}");
    }
}

#[test]
fn sqlite_takes_no_other_entries_and_changes_none() {
    the_ledger_is_kept(&on_sqlite(keys(Scheme::Seed)));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn postgres_takes_no_other_entries_and_changes_none() {
    the_ledger_is_kept(&on_postgres(keys(Scheme::Seed)));
}
