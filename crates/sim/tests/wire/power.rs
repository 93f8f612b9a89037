//! The power of card, PSAM or station fails in every write of a whole refuelling, at several
//! bytes and with every filling; then everything starts again and is used honestly.

use nvm::memory::{Fill as Torn, Tear};
use sim::{Fill, World};
use wire::Scheme;

use crate::rest::{check, come_to_rest, world};

/// Where the power fails.
#[derive(Clone, Copy, Debug)]
enum Part {
    Card,
    Psam,
    Journal,
}

/// Plays a refuelling with one tear; false when the tear lies beyond its last write.
fn play(scheme: Scheme, part: Part, tear: Tear) -> Result<bool, String> {
    let mut world = world(scheme);
    let mut fill = Fill::of(2_000);
    let north = &mut world.sites[0];
    match part {
        Part::Card => fill.card_torn = Some(tear),
        Part::Psam => north.psam.arm(tear),
        Part::Journal => north.journal.medium_mut().medium.arm(tear),
    }
    let outcome = world.refuel(0, 0, fill);
    let torn = match part {
        Part::Card => {
            outcome.is_err() || world.look(0).unwrap().last_debit.is_some_and(|d| d.unread)
        }
        Part::Psam => world.sites[0].psam.is_dark(),
        Part::Journal => world.sites[0].journal.medium_mut().medium.is_dark(),
    };
    lights_on(&mut world);
    come_to_rest(&mut world);
    check(&world)?;
    Ok(torn)
}

/// Power is back at the station.
fn lights_on(world: &mut World) {
    world.sites[0].journal.medium_mut().medium.power_on();
    world.restart(0).unwrap();
}

#[test]
fn power_fails_in_every_write_of_a_refuelling() {
    let mut cases = 0;
    for scheme in [Scheme::Seed, Scheme::Field] {
        for part in [Part::Card, Part::Psam, Part::Journal] {
            for write in 1..40 {
                let mut any = false;
                for at in [0, 1, 8, 40, 120, 300, 415] {
                    for fill in [Torn::Old, Torn::New, Torn::Half, Torn::Random(write)] {
                        let tear = Tear { write, at, fill };
                        let what = format!("{scheme:?} {part:?} write {write} byte {at} {fill:?}");
                        match play(scheme, part, tear) {
                            Ok(torn) => any |= torn,
                            Err(why) => panic!("{what}: {why}"),
                        }
                        cases += 1;
                    }
                }
                if !any {
                    break;
                }
            }
        }
    }
    println!("power cuts in a refuelling: {cases} cases");
    assert!(cases > 2_000, "only {cases} cases");
}
