//! Simulated worlds with the real server beside their rules.
#![allow(clippy::unwrap_used, clippy::panic)]

use beside::{Servers, Where};
use sim::run::{Order, run_beside};

fn worlds(at: Where, seed: u64, transactions: u64) {
    let mut servers = Servers::new(at);
    let tale = run_beside(&Order::new(seed, transactions), &mut |keys| servers.make(keys));
    let tally = servers.tally();
    println!("{} transactions, {} faults, {tally:?}", tale.transactions, tale.faults.sum());
    assert!(tale.failure.is_none(), "{:#?}", tale.failure);
    assert_eq!((tale.cents_off, tale.stuck_cards), (0, 0));
    assert!(tally.calls > transactions / 2 && tally.again > 0 && tally.deaths > 0, "{tally:?}");
}

#[test]
fn the_server_answers_what_the_rules_answer_on_sqlite() {
    worlds(Where::Sqlite, 1, 600);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn the_server_answers_what_the_rules_answer_on_postgres() {
    worlds(Where::Postgres(std::env::var("GREYLOCK_TEST_POSTGRES").unwrap()), 1, 600);
}
