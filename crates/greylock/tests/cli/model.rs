//! `greylock model`: the figures, in words and as a document.

use crate::world::World;

const SMALL: &str = "model --cards 1 --terminals 1 --transactions 1 --visits 1 --faults 1";

#[test]
fn the_document_has_the_figures() {
    let world = World::empty();
    let done = world.run(&format!("{SMALL} --json"));
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    assert_eq!(document["ok"], true);
    assert_eq!(document["violations"], 0);
    assert!(document["states"].as_u64().unwrap() > 100, "{document}");
    assert!(document["transitions"].as_u64() > document["states"].as_u64());
    assert!(document["seconds"].is_number());
    assert_eq!(document["bounds"][0]["faults"], 1);
    assert_eq!(document["runs"][0]["whole"], true);
}

#[test]
fn every_run_tries_the_same() {
    let world = World::empty();
    let figures = |threads| {
        let document = world.run(&format!("{SMALL} --threads {threads} --json")).document();
        (document["states"].clone(), document["transitions"].clone())
    };
    assert_eq!(figures(1), figures(2));
}

#[test]
fn people_read_the_same() {
    let world = World::empty();
    let text = world.run(SMALL).done();
    for line in
        ["within 1 card with 2 units each, 1 terminal, ", "states", "transitions", "violations"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    let world = World::empty();
    world.run("model --terminals 9").is_wrong_use("9 is not in 1..=4");
}
