//! `card migrate`, `psam migrate`: images of every earlier format go on.

use std::fs;
use std::path::Path;

use crate::world::World;

/// An image of an earlier format, as its crate keeps it.
fn frozen(world: &World, kind: &str, version: u8) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = format!("{kind}/tests/frozen/{kind}-format-{version}.hex");
    let text = fs::read_to_string(crates.join(file)).unwrap();
    let digits: String = text.split_whitespace().collect();
    fs::write(world.path("old.img"), hex::decode(digits).unwrap()).unwrap();
}

#[test]
fn an_image_of_an_earlier_format_is_refused_migrated_and_works() {
    for (kind, version) in [("card", 1), ("card", 2), ("psam", 1)] {
        let world = World::empty();
        frozen(&world, kind, version);
        let before = fs::read(world.path("old.img")).unwrap();
        let refused = world.run(&format!("{kind} show old.img"));
        assert!(refused.err.contains("migrate"), "{kind} {version}: {refused:?}");
        assert_eq!(fs::read(world.path("old.img")).unwrap(), before, "nothing is changed unasked");
        let done = world.run(&format!("{kind} migrate old.img --json"));
        assert_eq!(done.code, 0, "{kind} {version}: {done:?}");
        let document = done.document();
        assert_eq!(
            (&document["outcome"], &document["from"]),
            (&"migrated".into(), &version.into())
        );
        world.run(&format!("{kind} show old.img")).done();
        let again = world.run(&format!("{kind} migrate old.img --json")).document();
        assert_eq!(again["outcome"], "current");
        assert_eq!(fs::read_dir(world.path(".")).unwrap().count(), 1, "nothing is left behind");
    }
}

#[test]
fn what_is_no_image_of_that_kind_is_refused() {
    let world = World::empty();
    frozen(&world, "psam", 1);
    world.run("card migrate old.img").is_wrong_use("is not the image of a card");
    fs::write(world.path("text"), "no image at all").unwrap();
    assert_ne!(world.run("card migrate text").code, 0);
    assert_eq!(fs::read_to_string(world.path("text")).unwrap(), "no image at all");
}
