//! The operator log: a line for each call of an operator, by the transaction that did it.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use crate::base::{Base, on_postgres, on_sqlite};
use crate::support::{CARD, NORTH, T1, at, keys, opening};
use host::{Input, Output};
use store::{Committed, Cursor, Desk, Operation, Prepared, Signature, StoreError, Watch};
use wire::Scheme;

pub fn a_card() -> Input {
    Input::RegisterCard { card: opening(CARD), chip: None, now: at(0) }
}

fn signature(operator: &str) -> Signature {
    let (request, resource) = ("r-1".to_owned(), "POST /v1/cards".to_owned());
    Signature { operator: operator.to_owned(), request, resource, at: at(7) }
}

/// One call for an operator, or for nobody when he has no name.
pub fn ask_as(base: &Base, desk: &Desk, operator: &str, input: Input) -> Output {
    let (reply, answer) = channel();
    let by = Some(signature(operator)).filter(|by| !by.operator.is_empty());
    let calls = Prepared::new(&base.vault, vec![input]);
    desk.submit_by(by, calls, move |answered| reply.send(answered).unwrap());
    answer.recv().unwrap().unwrap().remove(0)
}

fn lines(base: &Base) -> Vec<Operation> {
    let lines = base.reader().operations(&Cursor::default(), 100).unwrap();
    assert!(lines.is_sorted_by_key(|line| line.number));
    lines.into_iter().map(|line| line.row).collect()
}

fn every_call_of_an_operator_has_its_line(base: &Base) {
    let desk = base.desk();
    let psam = |station: &str| Input::RegisterPsam {
        tid: T1,
        station: station.to_owned(),
        expiry: None,
        chip: None,
    };
    ask_as(base, &desk, "ada", a_card()).unwrap();
    ask_as(base, &desk, "", psam(NORTH)).unwrap();
    ask_as(base, &desk, "bob", psam("elsewhere")).unwrap_err();
    let told = lines(base);
    let line = |line: &Operation| {
        let Operation { signature, call, about, answer } = line.clone();
        [signature.operator, call, about, answer].join(" ")
    };
    assert_eq!(
        told.iter().map(line).collect::<Vec<_>>(),
        [
            format!("ada register_card {CARD} done"),
            format!("bob register_psam {T1} psam_already_registered"),
        ]
    );
    assert_eq!(told[0].signature, signature("ada"));
    let first = base.reader().operations(&Cursor::default(), 1).unwrap().remove(0);
    let mut behind = Cursor::default();
    behind.pass(first.lane, first.number);
    assert_eq!(base.reader().operations(&behind, 100).unwrap().len(), 1);
}

#[test]
fn every_call_of_an_operator_has_its_line_on_sqlite() {
    every_call_of_an_operator_has_its_line(&on_sqlite(keys(Scheme::Seed)));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn every_call_of_an_operator_has_its_line_on_postgres() {
    every_call_of_an_operator_has_its_line(&on_postgres(keys(Scheme::Seed)));
}

#[test]
fn what_cannot_be_noted_is_not_done() {
    let base = on_sqlite(keys(Scheme::Seed));
    let desk = base.desk();
    let store::Place::Sqlite(path) = &base.place else { panic!("no file") };
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("ALTER TABLE operator_log RENAME TO gone").unwrap();
    let (reply, answer) = channel();
    let calls = Prepared::new(&base.vault, vec![a_card()]);
    desk.submit_by(Some(signature("ada")), calls, move |said| reply.send(said).unwrap());
    answer.recv().unwrap().unwrap_err();
    let there = base.reader().look(|centre| host::Books::card(centre.books(), CARD));
    assert!(there.unwrap().is_none(), "a card without its line");
}

/// Keeps what it hears.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<Committed>>>);

impl Watch for Ear {
    fn committed(&self, committed: &Committed) {
        self.0.lock().unwrap().push(committed.clone());
    }

    fn failed(&self, error: &StoreError) {
        panic!("{error}");
    }
}

#[test]
fn whoever_watches_hears_what_was_written_about_which_lock() {
    use crate::support::Scene;
    let base = on_sqlite(keys(Scheme::Seed));
    let ear = Ear::default();
    let vault = Arc::clone(&base.vault);
    let desk = Desk::watched(&base.place, vault, Box::new(ear.clone())).unwrap();
    let psam = Input::RegisterPsam { tid: T1, station: NORTH.to_owned(), expiry: None, chip: None };
    let record = Scene::new().grey(1_200, 1);
    let report = wire::Report::Grey(record);
    let told = Input::Hear { station: NORTH.to_owned(), report, now: at(3) };
    for input in [a_card(), psam, told] {
        desk.apply(vec![input]).unwrap().remove(0).unwrap();
    }
    let heard = ear.0.lock().unwrap().clone();
    let last = heard.last().unwrap();
    assert_eq!((heard.len(), last.calls, last.events.len()), (3, 1, 1));
    let lock = Some((record.terms.id.tid, record.terms.id.ttc));
    assert_eq!(last.postings, [(host::PostingReason::GreyHeard, lock)]);
    let sizes = base.reader().sizes().unwrap();
    assert_eq!((sizes.open_locks, sizes.grey_records, sizes.blacklisted_cards), (1, 1, 0));
}
