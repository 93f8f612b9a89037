//! `card serve` as its reader sees it: the test plays the reader.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::world::{SELECT, STATUS, World};

const OFF: &[u8] = &[0];
const ON: &[u8] = &[1];
const RESET: &[u8] = &[2];
const ATR: &[u8] = &[4];

/// A reader, and the process that puts a card into it.
struct Reader {
    door: TcpListener,
    serve: Child,
}

impl Reader {
    fn with_card(world: &World) -> Self {
        let door = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let vpcd = door.local_addr().unwrap();
        let mut command = world.command(&format!("card serve card.img --vpcd {vpcd} --json"));
        let serve = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { door, serve }
    }

    fn next_card(&self) -> TcpStream {
        self.door.accept().unwrap().0
    }

    fn signal(&self, name: &str) {
        let id = self.serve.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn ends(mut self, signal: &str) -> String {
        self.signal(signal);
        let mut out = String::new();
        self.serve.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        assert_eq!(self.serve.wait().unwrap().code(), Some(0));
        out
    }
}

fn send(card: &mut TcpStream, payload: &[u8]) {
    let length = u16::try_from(payload.len()).unwrap();
    card.write_all(&[&length.to_be_bytes()[..], payload].concat()).unwrap();
}

/// The answer in hex; empty when the card is gone.
fn ask(card: &mut TcpStream, payload: &[u8]) -> String {
    send(card, payload);
    let mut length = [0; 2];
    if card.read_exact(&mut length).is_err() {
        return String::new();
    }
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    card.read_exact(&mut answer).unwrap();
    hex::encode(answer)
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

#[test]
fn nothing_is_answered_without_power_but_the_atr() {
    let world = World::new();
    let reader = Reader::with_card(&world);
    for cut in [&[][..], &[ON, OFF]] {
        let mut card = reader.next_card();
        assert_eq!(ask(&mut card, ATR), "3b8a01806847524559434152447e");
        cut.iter().for_each(|control| send(&mut card, control));
        assert_eq!(ask(&mut card, &bytes(SELECT)), "", "without power");
    }
    let mut card = reader.next_card();
    send(&mut card, ON);
    assert!(ask(&mut card, &bytes(SELECT)).ends_with("9000"));
    assert!(ask(&mut card, &bytes(STATUS)).ends_with("9000"));
    send(&mut card, RESET);
    assert_eq!(ask(&mut card, &bytes(STATUS)), "6985", "a reset drops the selection");
    assert_eq!(ask(&mut card, &[0xFF, 0, 0]), "6700", "whatever comes has a status word");
    let said: serde_json::Value = serde_json::from_str(&reader.ends("-TERM")).unwrap();
    assert_eq!((&said["apdus"], &said["power_ons"]), (&4.into(), &3.into()), "{said}");
}

#[test]
fn a_signal_pulls_it_and_another_puts_it_back() {
    let world = World::new();
    let mut reader = Reader::with_card(&world);
    let mut stderr = BufReader::new(reader.serve.stderr.take().unwrap());
    let mut card = reader.next_card();
    send(&mut card, ON);
    // Once it has answered it has read all: a card that goes with something unread resets the connection.
    assert_eq!(ask(&mut card, ATR).len(), 28);
    reader.signal("-USR1");
    assert_eq!(card.read(&mut [0; 8]).unwrap(), 0, "pulled");
    let mut heard = String::new();
    while !heard.contains("is out of the reader") {
        assert_ne!(stderr.read_line(&mut heard).unwrap(), 0, "{heard}");
    }
    reader.signal("-USR1");
    let mut card = reader.next_card();
    assert_eq!(ask(&mut card, &bytes(SELECT)), "", "it came back without power");
    reader.ends("-INT");
}

#[test]
fn an_image_is_served_once_and_free_afterwards() {
    let world = World::new();
    let reader = Reader::with_card(&world);
    let _card = reader.next_card();
    let twice = world.run("card serve card.img --vpcd 127.0.0.1:1");
    assert_eq!(twice.code, 3, "{twice:?}");
    assert!(twice.err.contains("in use by another process"), "{twice:?}");
    reader.ends("-TERM");
    assert_eq!(world.show("card.img")["state"], "unlocked");
    world.run("card serve psam.img").is_wrong_use("a card is wanted here");
    world.run("card serve card.img --vpcd nowhere").is_wrong_use("is no address");
}
