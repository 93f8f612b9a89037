//! Power fails at every byte of every write of a personalisation: afterwards the chip is blank, able to be personalised
//! with the same key, or it is wholly what the issuer made, with exactly the opening balance.

use nvm::memory::{Fill, Ram, Tear};
use perso::chip::Mute;
use perso::{CardGroupings, Chip, Issuer, PsamGroupings};

use crate::common::*;

const FILLS: [Fill; 4] = [Fill::Old, Fill::New, Fill::Half, Fill::Random(7)];

/// The writes of a command, and the longest of them.
fn writes_of<A: Sample>(start: &Ram, send: impl Fn(&mut Powered<'_, A>)) -> (u64, usize) {
    let mut ram = start.clone();
    let mut chip = power_on::<A>(&mut ram);
    send(&mut chip);
    drop(chip);
    (ram.writes - start.writes, A::IMAGE_LEN / 2 + 32)
}

/// After a tear: powered on again, and again while the repair is torn too, the chip is blank or whole.
fn is_blank_or_whole<A: Sample>(mut ram: Ram, what: &str) -> bool {
    ram.power_on();
    let blank = is_blank(&ram);
    let mut chip = power_on::<A>(&mut ram);
    assert_eq!(matches!(chip, Chip::Blank(_)), blank, "{what}");
    if blank {
        personalise(&mut chip);
    }
    drop(chip);
    assert_eq!(ram.bytes, A::image(), "{what}: blank {blank}");
    blank
}

fn torn_everywhere<A: Sample>() {
    let start = blank::<A>();
    let mut cases = [0; 2];
    let (writes, longest) = writes_of::<A>(&start, personalise);
    // INITIALIZE UPDATE, then EXTERNAL AUTHENTICATE twice, of two writes each; then six of the image.
    assert_eq!(writes, 12);
    for write in 1..=writes {
        for fill in FILLS {
            for at in 0..=longest {
                let tear = Tear { write, at, fill };
                let mut ram = start.clone();
                ram.arm(tear);
                let mut chip = power_on::<A>(&mut ram);
                if !ends_in_silence(&mut chip) {
                    break; // The boundary lies behind the write.
                }
                drop(chip);
                let blank = is_blank_or_whole::<A>(ram, &format!("{tear:?}"));
                assert!(blank || write >= 11, "{tear:?}: the header is the switch");
                assert!(!blank || write <= 11, "{tear:?}: behind it the chip is whole");
                cases[usize::from(blank)] += 1;
            }
        }
    }
    println!("personalisation torn: {} whole, {} blank", cases[0], cases[1]);
    assert!(cases[0] > 0 && cases[1] > 0);
}

/// Personalises as far as it goes: true when the chip fell silent, and it stays silent then.
fn ends_in_silence<A: Sample>(chip: &mut Powered<'_, A>) -> bool {
    let issuer = Issuer::new(transport(), HOST);
    let silent = |chip: &mut Powered<'_, A>| {
        assert_eq!(chip.transmit(&select_manager()), Err(Mute), "mute until power-on");
        true
    };
    let Ok(offer) = chip.transmit(&issuer.initialize_update()) else { return silent(chip) };
    let (sending, command) = issuer.hear(&offer[..32]).unwrap().authenticate();
    if chip.transmit(&command).is_err() {
        return silent(chip);
    }
    let groupings = A::groupings(&sending);
    for command in stores(sending, &groupings) {
        if chip.transmit(&command).is_err() {
            return silent(chip);
        }
    }
    false
}

#[test]
fn a_card_is_blank_or_wholly_issued() {
    torn_everywhere::<CardGroupings>();
}

#[test]
fn a_psam_is_blank_or_wholly_issued() {
    torn_everywhere::<PsamGroupings>();
}

/// The process is killed instead: what it wrote is there, durable or not.
fn killed_everywhere<A: Sample>() {
    let start = blank::<A>();
    let mut switched = false;
    for write in 1..=11 {
        let mut ram = start.clone();
        ram.kill_after(write);
        let mut chip = power_on::<A>(&mut ram);
        assert!(ends_in_silence(&mut chip), "write {write}");
        drop(chip);
        let blank = is_blank_or_whole::<A>(ram, &format!("killed after write {write}"));
        assert!(!(switched && blank), "write {write}: never blank again");
        switched = !blank;
    }
    assert!(switched);
}

#[test]
fn a_process_that_is_killed_leaves_a_blank_chip_or_a_whole_one() {
    killed_everywhere::<CardGroupings>();
    killed_everywhere::<PsamGroupings>();
}

#[test]
fn a_repair_that_is_torn_too_is_repaired_again() {
    let start = blank::<CardGroupings>();
    let mut torn = start.clone();
    // In the mirror: the header stands, and slot 1 still holds the blank chip.
    torn.arm(Tear { write: 12, at: 0, fill: Fill::Old });
    let mut chip = power_on::<CardGroupings>(&mut torn);
    assert!(ends_in_silence(&mut chip));
    drop(chip);
    torn.power_on();
    assert!(torn.bytes.windows(16).any(|bytes| bytes == TRANSPORT), "not wiped yet");
    for fill in FILLS {
        for at in 0..=card::IMAGE_LEN / 2 {
            let mut ram = torn.clone();
            ram.arm(Tear { write: 1, at, fill });
            if CardOf::power_on(&mut ram).is_ok() {
                break;
            }
            assert!(!is_blank_or_whole::<CardGroupings>(ram, "the repair"), "never blank again");
        }
    }
}

#[test]
fn a_torn_attempt_may_count_and_never_uncounts() {
    let start = blank::<PsamGroupings>();
    let wrong = |chip: &mut PsamOf<'_>| {
        let other = Issuer::new(transport(), HOST);
        let (answer, _) = transmit(chip, &other.initialize_update());
        let (_, command) = other.hear(&answer).unwrap().authenticate();
        let mut command = command.to_vec();
        command[7] ^= 1;
        command
    };
    for write in 3..=4 {
        for fill in FILLS {
            let mut ram = start.clone();
            ram.arm(Tear { write, at: 3, fill });
            let mut chip = power_on::<PsamGroupings>(&mut ram);
            let command = wrong(&mut chip);
            assert_eq!(chip.transmit(&command), Err(Mute), "no answer before it is counted");
            drop(chip);
            ram.power_on();
            let mut chip = power_on::<PsamGroupings>(&mut ram);
            let tries = *transmit(&mut chip, &select_manager()).0.last().unwrap();
            assert!(tries == 9 || (tries == 10 && write == 3), "{write} {fill:?}: {tries}");
            personalise(&mut chip);
        }
    }
}
