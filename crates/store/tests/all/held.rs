//! What is held of locks, read out of a database while others write it.

use host::{Books as _, Held, Input, MainKeys, Piece};
use store::{Kind, Place, Snapshot};
use wire::{Report, Scheme};

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::tell;
use crate::support::keys;
use crate::support::world::{Story, World, start};

fn world() -> World {
    let mut told = World::new();
    let stories = [
        Story::Sale,
        Story::GreyThenTacSeen,
        Story::RecordUnlocked,
        Story::Mac3InStatus,
        Story::NoDispenseUnlocked,
        Story::Unproved,
        Story::Void,
    ];
    for (place, story) in stories.into_iter().enumerate() {
        told.play(story, place % 2, 700 + 10 * u32::try_from(place).unwrap());
    }
    told
}

fn pieces(snapshot: &mut Snapshot) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let read = snapshot.held(|piece| {
        pieces.push(piece);
        true
    });
    read.unwrap();
    pieces
}

fn as_in_memory(base: fn(MainKeys) -> Base) {
    let told = world();
    let base = base(keys(Scheme::Seed));
    let desk = base.desk();
    let open = |page| Snapshot::open(&base.place, page).unwrap();
    tell(&desk, start().1);
    let mut before = open(2);
    assert_eq!(pieces(&mut before), []);
    // TACs of which nothing else was heard.
    let seen = |input: &&Input| matches!(input, Input::Hear { report: Report::TacSeen(..), .. });
    tell(&desk, told.loose.iter().filter(seen).cloned());
    let alone = pieces(&mut open(2));
    assert!(alone.iter().any(|piece| matches!(piece.held, Held::Tac(_))), "{alone:?}");
    tell(&desk, told.log.iter().map(|(input, _)| input.clone()));
    assert_eq!(pieces(&mut before), [], "one state, whatever others write");
    let mut snapshot = open(1);
    let found = pieces(&mut snapshot);
    for page in [2, 3, 1024] {
        assert_eq!(pieces(&mut open(page)), found, "pages of {page}");
    }
    let books = base.reader().everything().unwrap();
    assert_eq!(found, books.held().collect::<Vec<_>>());
    assert!(found.iter().any(|piece| piece.settled.is_some()));
    assert!(found.iter().any(|piece| piece.settled.is_none()));
    let is_unlock = |piece: &&Piece| matches!(piece.held, Held::Unlock(_));
    let confirmed = books.decisions().iter().filter(|row| row.mac3.is_some()).count();
    assert_eq!((found.iter().filter(is_unlock).count(), confirmed > 1), (confirmed, true));
    let mut psams = Vec::new();
    snapshot.psams(|psam| psams.push(psam)).unwrap();
    assert_eq!(psams, books.psams().cloned().collect::<Vec<_>>());
    let mut taken = 0;
    let read = snapshot.held(|_| {
        taken += 1;
        taken < 3
    });
    assert_eq!((read, taken), (Ok(()), 3), "who wants no more gets no more");
}

#[test]
fn a_database_holds_what_memory_holds_on_sqlite() {
    as_in_memory(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_database_holds_what_memory_holds_on_postgres() {
    as_in_memory(on_postgres);
}

#[test]
fn what_are_no_books_is_told_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.sqlite");
    let open = |path: &std::path::Path| Snapshot::open(&Place::Sqlite(path.to_owned()), 2).err();
    assert_eq!(open(&path).unwrap().kind, Kind::Unavailable);
    assert!(!path.exists());
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (x)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let told = open(&path).unwrap();
    assert!(told.kind == Kind::Damaged && told.what.contains("no books"), "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
