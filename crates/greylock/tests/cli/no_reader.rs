//! A build without PC/SC takes no reader, and says how to get one that does.

use crate::world::{SELECT, World};

#[test]
fn every_command_that_takes_a_reader_says_how_to_get_it() {
    let world = World::new();
    for arguments in [
        &format!("apdu --card pcsc:ACS {SELECT}"),
        &format!("apdu --psam pcsc:ACS {SELECT}"),
        "card show pcsc:ACS",
        "psam show pcsc:ACS",
        "refuel --card pcsc:ACS --psam psam.img --journal station --amount 1",
        "refuel --card card.img --psam pcsc:ACS --journal station --amount 1",
        "unlock --card pcsc:ACS --journal station",
        "audit --card pcsc:ACS",
        "readers",
    ] {
        let done = world.run(arguments);
        done.is_wrong_use("no PC/SC");
        done.is_wrong_use("--features pcsc");
        assert!(!world.path("station").exists(), "{arguments}");
    }
}
