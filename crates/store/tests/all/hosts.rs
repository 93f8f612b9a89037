//! Several hosts at one database.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::{InMemory, picture};
use crate::support::keys;
use crate::support::world::{Story, World, start};
use host::{Centre, Input, MainKeys, MemoryBooks};
use store::Reader;
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

#[test]
fn two_hosts_keep_one_set_of_books_on_sqlite() {
    at_once(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn two_hosts_keep_one_set_of_books_on_postgres() {
    at_once(on_postgres);
}
