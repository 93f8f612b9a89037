//! Damaged images are refused, or show the same as before.

use std::ffi::OsString;
use std::io;

use greylock::env::{Random, Settings};
use greylock::{Error, Exit, Io, run};
use terminal::transport::Clock;
use wire::Stamp;

use crate::world::World;

struct NoClock;

impl Clock for NoClock {
    fn now(&mut self) -> Stamp {
        Stamp::default()
    }
}

struct NoRandom;

impl Random for NoRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), Error> {
        out.fill(0x5A);
        Ok(())
    }
}

/// Runs in this process, which is much faster than the binary.
fn quick(arguments: &[&str]) -> (Exit, Vec<u8>, Vec<u8>) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut io = Io {
        stdin: &mut io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        clock: &mut NoClock,
        random: &mut NoRandom,
        settings: Settings::default(),
    };
    let arguments = ["greylock"].iter().chain(arguments).map(OsString::from);
    let exit = run(arguments, &mut io);
    (exit, out, err)
}

fn flip_every_byte(chip: &str, image: &str) {
    let world = World::new();
    let path = world.path("damaged.img");
    let path = path.to_str().unwrap();
    let show = [chip, "show", "--json", path];
    let whole = world.bytes(image);
    world.put("damaged.img", &whole);
    let (exit, before, _) = quick(&show);
    assert_eq!(exit, Exit::Done);
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        world.put("damaged.img", &damaged);
        let (exit, out, err) = quick(&show);
        match exit {
            Exit::Done => assert_eq!(out, before, "byte {at}"),
            Exit::WrongUse | Exit::Lost => assert!(!err.is_empty(), "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
        assert_eq!(world.bytes("damaged.img"), damaged, "showing changes nothing");
    }
}

#[test]
fn a_flipped_bit_of_a_card_is_found_or_harmless() {
    flip_every_byte("card", "card.img");
}

#[test]
fn a_flipped_bit_of_a_psam_is_found_or_harmless() {
    flip_every_byte("psam", "psam.img");
}

#[test]
fn an_image_of_another_length_is_refused() {
    let world = World::new();
    let whole = world.bytes("card.img");
    let path = world.path("cut.img");
    let show = ["card", "show", path.to_str().unwrap()];
    for len in (0..whole.len()).step_by(13).chain([whole.len() - 1]) {
        world.put("cut.img", &whole[..len]);
        let (exit, out, err) = quick(&show);
        assert!(matches!(exit, Exit::WrongUse | Exit::Lost), "{len} bytes: {exit:?}");
        assert!(out.is_empty() && !err.is_empty(), "{len} bytes");
    }
    world.put("cut.img", &[whole, vec![0]].concat());
    assert_eq!(quick(&show).0, Exit::Lost, "one byte more");
}
