//! A copy that is made while the books are written is a whole set of books.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::picture;
use crate::support::keys;
use crate::support::world::{Story, World};
use host::{Centre, Input, MemoryBooks};
use store::{Copied, Kind, Place, Reader, StoreError, copy_sqlite, dump_postgres};
use wire::Scheme;

fn copied(base: &Base, to: &std::path::Path) -> Result<Copied, StoreError> {
    let Place::Sqlite(from) = &base.place else { panic!("no file") };
    copy_sqlite(from, to)
}

fn told() -> Vec<Input> {
    let mut told = World::new();
    for (place, story) in
        [Story::Sale, Story::GreyThenTacSeen, Story::Bought].into_iter().enumerate()
    {
        told.play(story, place % 2, 700);
    }
    told.log.iter().map(|(input, _)| input.clone()).collect()
}

#[expect(clippy::redundant_closure, reason = "the function has one lifetime, the closure any")]
#[test]
fn a_copy_made_under_load_holds_one_state_of_the_books() {
    let base = on_sqlite(keys(Scheme::Seed));
    let desk = base.desk();
    let folder = tempfile::tempdir().unwrap();
    let (inputs, enough) = (told(), Arc::new(AtomicBool::new(false)));
    let copies = std::thread::scope(|scope| {
        let writing = Arc::clone(&enough);
        let writer = scope.spawn(|| {
            let writing = writing;
            let mut first = true;
            // The first round tells something new each time; later ones repeat it.
            while first || !writing.load(Ordering::Relaxed) {
                for input in &inputs {
                    desk.apply(vec![input.clone()]).unwrap();
                }
                first = false;
            }
        });
        let copies: Vec<_> =
            (0..8).map(|number| folder.path().join(format!("{number}.sqlite"))).collect();
        for copy in &copies {
            assert!(copied(&base, copy).unwrap().bytes > 0);
        }
        enough.store(true, Ordering::Relaxed);
        writer.join().unwrap();
        copies
    });
    // Each is what the rules had after some number of calls.
    let mut centre = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    let mut states = vec![centre.books().clone()];
    for input in &inputs {
        drop(centre.apply(input));
        states.push(centre.books().clone());
    }
    for copy in copies {
        let place = Place::Sqlite(copy);
        let books = Reader::open(&place, Arc::clone(&base.vault)).unwrap().everything().unwrap();
        assert!(states.contains(&books), "a copy is none of the {} states", states.len());
    }
    // A last one, quiet, gives the same answers, and goes on.
    let last = folder.path().join("last.sqlite");
    assert!(copied(&base, &last).unwrap().accounts > 0);
    let restored = Base::at(Place::Sqlite(last), Arc::clone(&base.vault));
    let seen = |base: &Base| base.reader().look(|centre| picture(centre)).unwrap();
    assert_eq!(seen(&restored), seen(&base));
    let again = restored.desk().apply(inputs.clone()).unwrap();
    assert_eq!(again, desk.apply(inputs).unwrap());
}

#[test]
fn a_copy_replaces_nothing_and_is_of_books_alone() {
    let base = on_sqlite(keys(Scheme::Seed));
    drop(base.desk());
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("copy.sqlite");
    std::fs::write(&to, "mine").unwrap();
    assert!(copied(&base, &to).unwrap_err().what.contains("copy.sqlite cannot be written"));
    assert_eq!(std::fs::read(&to).unwrap(), b"mine");
    let nowhere = copy_sqlite(&folder.path().join("none"), &folder.path().join("c"));
    assert!(nowhere.unwrap_err().what.contains("unable to open"));
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    let none = copy_sqlite(&other, &folder.path().join("c")).unwrap_err();
    assert!(none.kind == Kind::Damaged && none.what.contains("no books"), "{none}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "what was not finished is gone");
}

#[test]
fn a_copy_whose_facts_the_rules_would_not_see_is_refused() {
    let base = on_sqlite(keys(Scheme::Seed));
    base.desk().apply(told()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert!(copied(&base, &folder.path().join("whole.sqlite")).is_ok());
    let Place::Sqlite(path) = &base.place else { panic!("no file") };
    let by_hand = rusqlite::Connection::open(path).unwrap();
    for table in ["sightings", "tacs", "purchases"] {
        let names = format!("SELECT asn, purse, ctc, tid, ttc FROM {table} LIMIT 1");
        let lost =
            format!("DELETE FROM known_locks WHERE (asn, purse, ctc, tid, ttc) IN ({names})");
        assert!(by_hand.execute(&lost, []).unwrap() > 0, "{table}");
        let refused = copied(&base, &folder.path().join(table)).unwrap_err();
        assert!(refused.what.contains("are not among its known ones"), "{}", refused.what);
        let again = format!(
            "INSERT INTO known_locks {}",
            names.replace(" LIMIT 1", " WHERE true ON CONFLICT DO NOTHING")
        );
        by_hand.execute(&again, []).unwrap();
    }
    assert!(copied(&base, &folder.path().join("again.sqlite")).is_ok());
}

#[expect(clippy::redundant_closure, reason = "the function has one lifetime, the closure any")]
#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_dump_is_restored_to_the_same_books_on_postgres() {
    let base = on_postgres(keys(Scheme::Seed));
    let desk = base.desk();
    for input in told() {
        desk.apply(vec![input]).unwrap();
    }
    let restored = on_postgres(keys(Scheme::Seed));
    let (Place::Postgres(from), Place::Postgres(to)) = (&base.place, &restored.place) else {
        panic!("no URL")
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("books.dump");
    assert!(dump_postgres(from, &file).unwrap().status().unwrap().success());
    let mut restore = std::process::Command::new("pg_restore");
    let restore = restore.args(["--exit-on-error", "--dbname", to]).arg(&file);
    assert!(restore.status().unwrap().success());
    let seen = |base: &Base| base.reader().look(|centre| picture(centre)).unwrap();
    assert_eq!(seen(&restored), seen(&base));
    let again = restored.desk().apply(told()).unwrap();
    assert_eq!(again, desk.apply(told()).unwrap());
}

#[test]
fn a_dump_shows_no_password_to_other_users() {
    let url = "postgres://u:s%65cret@localhost/books";
    let dump = dump_postgres(url, std::path::Path::new("out.dump")).unwrap();
    let words: Vec<_> = dump.get_args().map(|word| word.to_str().unwrap()).collect();
    assert!(words.contains(&"postgres://u@localhost/books") && words.contains(&"out.dump"));
    let environment: Vec<_> = dump.get_envs().collect();
    assert_eq!(environment, [("PGPASSWORD".as_ref(), Some("secret".as_ref()))]);
}
