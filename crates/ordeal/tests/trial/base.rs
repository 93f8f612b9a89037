//! A database for one world, and who breaks it.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use host::KeyKind;
use ordeal::process::{self, Plan};
use store::Place;
use wire::Scheme;

use crate::support::keys;

/// Where the test command says that its PostgreSQL is.
const SERVER: &str = "GREYLOCK_TEST_POSTGRES";
/// The command that ends it without any care, and starts it again.
const RESTART: &str = "GREYLOCK_TEST_POSTGRES_RESTART";

static NEXT: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where the books are, and how a server with them is started.
pub struct Base {
    pub place: Place,
    pub plan: Plan,
}

fn server() -> String {
    std::env::var(SERVER).unwrap_or_else(|_| panic!("{SERVER} is not set: run cargo xtask ordeal"))
}

impl Base {
    pub fn new(engine: Engine, data: &Path) -> Self {
        let plan = Plan::new(data).unwrap();
        match engine {
            Engine::Sqlite => Self { place: Place::Sqlite(data.join("books.sqlite")), plan },
            Engine::Postgres => {
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let name = format!("ordeal{}_{number}", std::process::id());
                run(&format!("CREATE DATABASE {name}"));
                let host = server();
                let url = format!("{}/{name}", host.rsplit_once('/').unwrap().0);
                Self { place: Place::Postgres(url.clone()), plan: plan.with_db(&url) }
            }
        }
    }
}

fn run(statement: &str) {
    let mut client = postgres::Client::connect(&server(), postgres::NoTls).unwrap();
    client.batch_execute(statement).unwrap();
}

/// `kill -9` of one process of PostgreSQL that serves a server of ours: all of them start again.
pub fn kill_a_backend(choice: usize) {
    let Ok(mut client) = postgres::Client::connect(&server(), postgres::NoTls) else { return };
    let statement = "SELECT pid FROM pg_stat_activity WHERE datname LIKE 'ordeal%' ORDER BY pid";
    let Ok(rows) = client.query(statement, &[]) else { return };
    let Some(row) = rows.get(choice % rows.len().max(1)) else { return };
    let id: i32 = row.get(0);
    drop(client);
    // It may have ended by itself.
    let _ = Command::new("kill").args(["-9", &id.to_string()]).status().unwrap();
}

/// PostgreSQL loses its power, and comes back.
pub fn restart_at_once() {
    let line = std::env::var(RESTART);
    let line = line.unwrap_or_else(|_| panic!("{RESTART} is not set: run cargo xtask ordeal"));
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success(), "{line}");
}

/// The vault with the keys of the cards and PSAMs here.
pub fn seal(data: &Path) {
    let main = keys(Scheme::Seed);
    let mut text = String::from("[main]\nversion = 1\nsuite = \"3des\"\nscheme = \"seed\"\n");
    for (kind, key) in KeyKind::ALL.iter().map(|kind| (kind.name(), &main.main[kind])) {
        text.push_str(&format!("{kind} = \"{}\"\n", hex::encode(key.expose())));
    }
    text.push_str(&format!("msk = \"{}\"\n", hex::encode(main.msk.expose())));
    std::fs::write(data.join("keys.toml"), text).unwrap();
    std::fs::write(data.join("operator.token"), "ordeal").unwrap();
    let mut command = Command::new(Plan::new(data).unwrap().program);
    command.current_dir(data).args(["keys", "seal", "--keys", "keys.toml"]);
    process::run(command.args(["--seal-key", "vault.key", "--out", "vault.sealed"])).unwrap();
}
