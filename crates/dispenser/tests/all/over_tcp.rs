//! Both ends of a connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dispenser::remote::Remote;
use dispenser::serve::{Nozzles, serve};
use dispenser::{Delivered, Dispenser, DispenserError, Unit, deliver};

use crate::support::{Paper, Turning, order, pump};

fn served(nozzles: Nozzles) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || serve(&listener, &nozzles));
    address
}

#[test]
fn a_delivery_over_a_connection() {
    let nozzle = pump(&Paper::default(), &Turning::default());
    nozzle.hose().lift_for(3_000);
    let address = served(BTreeMap::from([(4, Arc::new(Mutex::new(nozzle)) as _)]));
    let mut remote = Remote::connect(&address.to_string(), 4).unwrap();
    assert_eq!(remote.unit(), Unit::Litre);
    let delivered = deliver(&mut remote, &order("a", 10_000), &mut |_| true);
    assert_eq!(delivered, Ok(Delivered::Closed(3_000)));
    let other = Remote::connect(&address.to_string(), 5).map(drop);
    assert_eq!(other, Err(DispenserError::Refused("there is no nozzle 5 here".to_owned())));
}

#[test]
fn a_connection_that_broke_is_made_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let driver = std::thread::spawn(move || {
        // The first connection ends after the greeting and in the middle of an answer.
        for answers in [&["NOZZLE 1 L\n", "IDLE 12"][..], &["NOZZLE 1 L\r\n", "IDLE 1234\r\n"]] {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream);
            for answer in answers {
                lines.read_line(&mut String::new()).unwrap();
                lines.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    let mut remote = Remote::connect(&address.to_string(), 1).unwrap();
    assert_eq!(remote.read().unwrap().totalizer, 1_234);
    driver.join().unwrap();
}

#[test]
fn what_an_older_connection_still_brings_opens_nothing() {
    let nozzle = pump(&Paper::default(), &Turning::default());
    let address = served(BTreeMap::from([(1, Arc::new(Mutex::new(nozzle)) as _)]));
    let connect = || BufReader::new(TcpStream::connect(address).unwrap());
    let say = |lines: &mut BufReader<TcpStream>, words: &str| {
        lines.get_mut().write_all(format!("{words}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        lines.read_line(&mut answer).unwrap();
        answer
    };
    let (mut older, mut newer) = (connect(), connect());
    assert_eq!(say(&mut older, "NOZZLE 1"), "NOZZLE 1 L\n");
    assert_eq!(say(&mut newer, "NOZZLE 1"), "NOZZLE 1 L\n");
    for late in ["OPEN a 5000 789", "STOP", "WAIT 10", "READ"] {
        assert_eq!(say(&mut older, late), "NO a newer connection has this nozzle\n", "{late}");
    }
    assert_eq!(say(&mut newer, "READ"), "IDLE 0\n");
}

#[test]
fn a_nozzle_that_somebody_else_asked_for_is_ours_again() {
    let nozzle = pump(&Paper::default(), &Turning::default());
    let address = served(BTreeMap::from([(1, Arc::new(Mutex::new(nozzle)) as _)]));
    let mut remote = Remote::connect(&address.to_string(), 1).unwrap();
    let _other = Remote::connect(&address.to_string(), 1).unwrap();
    assert_eq!(remote.read().map(|reading| reading.totalizer), Ok(0));
}

#[test]
fn an_address_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody takes a connection: once all that may wait do, the next one hears nothing.
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(100));
    let waiting: Vec<TcpStream> = std::iter::from_fn(|| connect().ok()).take(10_000).collect();
    let began = Instant::now();
    let remote = Remote::connect(&address.to_string(), 1).map(drop);
    assert!(matches!(remote, Err(DispenserError::Silent(_))), "{remote:?}");
    assert!(began.elapsed() < Duration::from_secs(20), "{} wait", waiting.len());
}

#[test]
fn a_stranger_who_talks_otherwise_is_told_how() {
    let address = served(BTreeMap::new());
    let mut lines = BufReader::new(TcpStream::connect(address).unwrap());
    for (said, heard) in [
        ("GET / HTTP/1.1\r\n", "NO `GET / HTTP/1.1` is no line"),
        ("READ\n", "NO say NOZZLE n first"),
    ] {
        lines.get_mut().write_all(said.as_bytes()).unwrap();
        let mut answer = String::new();
        lines.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(heard), "{answer}");
    }
    // A line without an end is not kept for ever.
    lines.get_mut().write_all(&[b'x'; 300]).unwrap();
    let mut rest = String::new();
    assert!(lines.read_line(&mut rest).map_or(true, |read| read == 0), "{rest}");
}
