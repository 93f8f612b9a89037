//! A database for one test: a file, or a database of its own in the server that the test command started.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use host::MainKeys;
use store::{Desk, Place, Reader, Vault};
use tempfile::TempDir;

/// Where the test command says that its PostgreSQL is.
const SERVER: &str = "GREYLOCK_TEST_POSTGRES";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database that goes with the test.
pub struct Base {
    pub place: Place,
    pub vault: Vault,
    _folder: Option<TempDir>,
}

pub fn on_sqlite(keys: MainKeys) -> Base {
    let folder = TempDir::new().unwrap();
    let place = Place::Sqlite(folder.path().join("books.sqlite"));
    Base { place, vault: Arc::new(keys), _folder: Some(folder) }
}

/// A new database; the server goes when the test command ends.
pub fn on_postgres(keys: MainKeys) -> Base {
    let server = std::env::var(SERVER);
    let server =
        server.unwrap_or_else(|_| panic!("{SERVER} is not set: run cargo xtask databases"));
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut client = postgres::Client::connect(&server, postgres::NoTls).unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let place =
        Place::Postgres(server.rsplit_once('/').map(|(host, _)| format!("{host}/{name}")).unwrap());
    Base { place, vault: Arc::new(keys), _folder: None }
}

impl Base {
    /// Books that are there already.
    pub fn at(place: Place, vault: Vault) -> Self {
        Self { place, vault, _folder: None }
    }

    pub fn desk(&self) -> Desk {
        Desk::open(&self.place, Arc::clone(&self.vault), Box::new(|_| {})).unwrap()
    }

    pub fn reader(&self) -> Reader {
        Reader::open(&self.place, Arc::clone(&self.vault)).unwrap()
    }
}

#[test]
fn a_database_on_another_machine_is_refused_without_tls() {
    let vault: Vault = Arc::new(crate::support::keys(wire::Scheme::Seed));
    for url in ["postgres://u@db.example/books", "postgres://u@localhost/books?hostaddr=192.0.2.1"]
    {
        let place: Place = url.parse().unwrap();
        let refused = Desk::open(&place, Arc::clone(&vault), Box::new(|_| {})).err().unwrap();
        assert!(refused.what.contains("another machine"), "{url}: {refused}");
    }
}
