//! Several hosts at one database.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::{InMemory, picture, tell};
use crate::support::world::{Story, World, start};
use crate::support::{TestCard, account, at, funding, keys, name, opening};
use host::{Books as _, Centre, Input, MainKeys, MemoryBooks, Refusal, TransferRequest, Way};
use store::{Desk, Reader};
use wire::Scheme;

pub fn told() -> World {
    let mut told = World::new();
    let stories = [
        Story::Sale,
        Story::GreyThenTacSeen,
        Story::Bought,
        Story::TacCleared,
        Story::BoughtAndLateTold,
        Story::Sale,
    ];
    for (place, story) in stories.into_iter().enumerate() {
        told.play(story, place % 2, 700 + 10 * u32::try_from(place).unwrap());
    }
    told
}

#[expect(clippy::redundant_closure, reason = "the function has one lifetime, the closure any")]
fn seen(reader: &mut Reader) -> crate::history::Picture {
    reader.look(|centre| picture(centre)).unwrap()
}

/// Two hosts start together on an empty database and hear the same reports of one card at once.
fn at_once(base: fn(MainKeys) -> Base) {
    let told = told();
    let base = base(keys(Scheme::Seed));
    let opening = start().1;
    let reports: Vec<Input> = told.loose.clone();
    std::thread::scope(|scope| {
        for backwards in [false, true] {
            let (base, opening) = (&base, &opening);
            let mut reports = reports.clone();
            if backwards {
                reports.reverse();
            }
            scope.spawn(move || {
                let desk = base.desk();
                for input in opening.iter().chain(&reports) {
                    // A host that gives up says so, and whoever asked asks again.
                    while desk.apply(vec![input.clone()]).is_err() {}
                }
            });
        }
    });
    let mut wanted: InMemory = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    opening.iter().chain(&reports).for_each(|input| drop(wanted.apply(input)));
    assert_eq!(seen(&mut base.reader()), picture(&wanted));
}

/// What an account can pay, and for how many cards' loads that is.
const PAID_IN: i64 = 7_000;
const EACH: u32 = 1_000;

pub fn cards() -> Vec<wire::Asn> {
    (1..=12)
        .map(|last| wire::Asn([0x11, 0, 0, 0, 0, 0, 0, if last < 10 { last } else { last + 6 }]))
        .collect()
}

/// Two hosts charge loads of twelve cards to an account that can pay seven: five are refused, whoever comes first.
fn one_account(base: fn(MainKeys) -> Base) {
    let base = base(keys(Scheme::Seed));
    let register = |asn| Input::RegisterCard { card: opening(asn), chip: None, now: at(0) };
    let opened = [
        Input::OpenPrepaid(account("shop")),
        Input::FundPrepaid(funding("shop", "first", PAID_IN)),
    ];
    let first = start().1.into_iter().chain(cards().into_iter().map(register)).chain(opened);
    tell(&base.desk(), first);
    let decided: usize = std::thread::scope(|scope| {
        let hosts: Vec<_> = (0..2)
            .map(|host| {
                let base = &base;
                scope.spawn(move || {
                    let desk = base.desk();
                    let mine = cards().into_iter().skip(host).step_by(2);
                    mine.filter(|asn| is_loaded(&desk, *asn)).count()
                })
            })
            .collect();
        hosts.into_iter().map(|host| host.join().unwrap()).sum()
    });
    assert_eq!(decided, 7);
    let (kept, summed) = base
        .reader()
        .look(|centre| {
            let account = host::Account::Prepaid(name("shop"));
            (centre.books().balance(&account), centre.trial_balance().of(&account))
        })
        .unwrap();
    assert_eq!((kept, summed), (0, 0));
}

fn is_loaded(desk: &Desk, asn: wire::Asn) -> bool {
    let asked = TestCard::new(asn).ask_transfer(Way::Load, EACH, at(1));
    let request = TransferRequest { account: Some(name("shop")), ..asked };
    loop {
        match desk.apply(vec![Input::Transfer(request)]) {
            Ok(outputs) => {
                return match outputs.first() {
                    Some(Ok(_)) => true,
                    Some(Err(refusal)) => {
                        assert_eq!(*refusal, Refusal::AccountTooLow);
                        false
                    }
                    None => panic!("no answer"),
                };
            }
            // A host that gives up says so, and whoever asked asks again.
            Err(error) => assert_eq!(error.kind, store::Kind::Unavailable),
        }
    }
}

#[test]
fn two_hosts_promise_the_money_of_an_account_once_on_sqlite() {
    one_account(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn two_hosts_promise_the_money_of_an_account_once_on_postgres() {
    one_account(on_postgres);
}

#[test]
fn two_hosts_keep_one_set_of_books_on_sqlite() {
    at_once(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn two_hosts_keep_one_set_of_books_on_postgres() {
    at_once(on_postgres);
}
