//! A PostgreSQL behind TLS: the server of the test command gets a certificate of a small authority.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::base::{Base, on_postgres};
use crate::support::keys;
use pki::{Authority, Pair, ServerNames, Subject, UnixTime};
use postgres::{Client, NoTls};
use store::{Desk, Place, StoreError};
use wire::Scheme;

#[expect(
    clippy::disallowed_methods,
    reason = "certificates are checked against the machine's clock"
)]
fn now() -> UnixTime {
    UnixTime::since_unix_epoch(SystemTime::now().duration_since(UNIX_EPOCH).unwrap())
}

/// An authority, and its certificate for a server that is called `localhost`, in files.
fn authority(folder: &Path, name: &str) -> (PathBuf, Pair) {
    let at = folder.join(name);
    let authority = Authority::make(&at, &name.parse().unwrap(), 30, now()).unwrap();
    let names = ServerNames::new(&["localhost".to_owned()], &[]).unwrap();
    let pair = Pair::free(&folder.join(format!("{name}-server"))).unwrap();
    authority.issue(&Subject::Server(names), 30, now()).unwrap().write(&pair).unwrap();
    (at.join(pki::CERTIFICATE), pair)
}

/// Has the server write a file into its own folder, as its own user.
fn put(client: &mut Client, path: &Path, name: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = format!("SELECT unnest(string_to_array('{}', E'\\n'))", text.trim());
    let program = format!("umask 077; cat > {name}");
    client.batch_execute(&format!("COPY ({rows}) TO PROGRAM '{program}'")).unwrap();
}

/// Turns TLS on in the server that runs; others go on without it.
fn turn_on(url: &str, pair: &Pair) {
    let mut client = Client::connect(url, NoTls).unwrap();
    put(&mut client, &pair.certificate, "server.crt");
    put(&mut client, &pair.key, "server.key");
    client.batch_execute("ALTER SYSTEM SET ssl = on").unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    let is_on = || {
        let mut client = Client::connect(url, NoTls).unwrap();
        client.query_one("SHOW ssl", &[]).unwrap().get::<_, String>(0) == "on"
    };
    assert!((0..10_000).any(|_| is_on()), "the server does not take its certificate");
}

fn open(base: &Base, url: &str) -> Result<Desk, StoreError> {
    let place: Place = url.parse().unwrap();
    Desk::open(&place, Arc::clone(&base.vault), Box::new(|_| {}))
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_postgres_is_spoken_to_over_tls_when_it_is_the_named_one_and_not_otherwise() {
    let base = on_postgres(keys(Scheme::Seed));
    let Place::Postgres(plain) = base.place.clone() else { panic!("no URL") };
    let folder = tempfile::tempdir().unwrap();
    let (root, pair) = authority(folder.path(), "ours");
    let (other, _) = authority(folder.path(), "theirs");
    turn_on(&plain, &pair);
    let named = plain.replace("127.0.0.1", "localhost");
    let with = |url: &str, root: &Path| {
        format!("{url}?sslmode=verify-full&sslrootcert={}", root.display())
    };
    let desk = open(&base, &with(&named, &root)).unwrap();
    desk.apply(vec![crate::operated::a_card()]).unwrap().remove(0).unwrap();
    let mut client = Client::connect(&plain, NoTls).unwrap();
    let ours = "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                WHERE datname = current_database() AND ssl";
    assert_eq!(client.query_one(ours, &[]).unwrap().get::<_, i64>(0), 1);
    // Another authority's, and another name than that in the certificate.
    for url in [with(&named, &other), with(&plain, &root)] {
        let said = open(&base, &url).err().unwrap().what;
        assert!(said.contains("certificate"), "{said}");
    }
}
