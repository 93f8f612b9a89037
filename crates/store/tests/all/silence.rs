//! A database that stops answering, and one that was restarted.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use host::Input;
use store::{Desk, Kind, Place, Reader};
use wire::Scheme;

use crate::base::{Base, on_postgres};
use crate::support::world::start;
use crate::support::{T1, keys};

/// Between the books and their database: passes bytes on until it is told to keep them.
struct Between {
    place: Place,
    open: Arc<Mutex<Vec<TcpStream>>>,
    silent: Arc<Mutex<()>>,
    /// Told when bytes were kept.
    kept: Receiver<()>,
}

impl Between {
    fn new(base: &Base) -> Self {
        let Place::Postgres(url) = &base.place else { panic!("no PostgreSQL") };
        let url = url.strip_prefix("postgres://").unwrap();
        let (user, rest) = url.split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let place = Place::Postgres(format!("postgres://{user}@127.0.0.1:{port}/{name}"));
        let (open, silent) = (Arc::default(), Arc::new(Mutex::new(())));
        let (keeps, kept) = channel();
        let (streams, quiet, server) = (Arc::clone(&open), Arc::clone(&silent), server.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                join(&client, &server, &streams, &quiet, &keeps);
            }
        });
        Self { place, open, silent, kept }
    }

    /// As a server that was restarted: every connection ends.
    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn join(
    client: &TcpStream,
    server: &str,
    open: &Mutex<Vec<TcpStream>>,
    silent: &Arc<Mutex<()>>,
    keeps: &Sender<()>,
) {
    let server = TcpStream::connect(server).unwrap();
    open.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
    let ends = [(client, &server), (&server, client)];
    for (from, to) in ends {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (silent, keeps) = (Arc::clone(silent), keeps.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if silent.try_lock().is_err() {
                    // The test may be over.
                    let _ = keeps.send(());
                }
                let passing = silent.lock();
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
                drop(passing);
            }
        });
    }
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_call_waits_for_a_silent_database_only_so_long_on_postgres() {
    let base = on_postgres(keys(Scheme::Seed));
    let between = Between::new(&base);
    let desk = Desk::open(&between.place, Arc::clone(&base.vault), Box::new(|_| {})).unwrap();
    desk.apply(start().1).unwrap();
    let psam = Input::RegisterPsam {
        tid: wire::Tid([9; 6]),
        station: "west".to_owned(),
        expiry: None,
        chip: None,
    };
    let kept = between.silent.lock().unwrap();
    let answer = desk.apply_within(Duration::from_millis(300), vec![psam.clone()]);
    assert_eq!(answer.unwrap_err().kind, Kind::Unavailable);
    between.kept.recv().unwrap();
    // The database speaks again: the same call is done, once, whether or not it was done before.
    drop(kept);
    assert!(desk.apply(vec![psam]).unwrap().iter().all(Result::is_ok));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_reader_finds_its_way_back_after_a_restart_on_postgres() {
    let base = on_postgres(keys(Scheme::Seed));
    let between = Between::new(&base);
    base.desk().apply(start().1).unwrap();
    let mut reader = Reader::open(&between.place, Arc::clone(&base.vault)).unwrap();
    for _ in 0..2 {
        assert_eq!(reader.psams(None, 1).unwrap().first().map(|psam| psam.tid), Some(T1));
        between.cut();
    }
    // Within one reading nothing is done again: what was read before belongs to another state of the books.
    let failed = reader.look(|centre| {
        between.cut();
        host::Books::station_of(centre.books(), T1)
    });
    assert_eq!(failed.unwrap_err().kind, Kind::Unavailable);
    assert!(reader.psams(None, 1).is_ok());
}
