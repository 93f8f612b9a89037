//! Stories at the counter: loads and purchases.

use super::Act::{Buy, CardIs, Ended, Gained, Insert, Load, Paid, Pull, Ready, Reported, Tear};
use super::Story;
use super::list::{NORTH_PETROL, OTHER, PURSE, SOUTH, step};
use crate::readers::TearAt;

/// A load.
pub(super) const LOAD: Story = Story {
    name: "load",
    title: "Money onto the card",
    row: "nothing breaks; a load is on-line",
    what: "A load goes through the centre, which hears the card's proof.",
    names: &[],
    steps: &[
        step("Bram puts his card in at South Quay", &[Insert(OTHER, SOUTH), Ready(SOUTH)]),
        step(
            "He loads 50.00: card and centre prove it to each other",
            &[
                Load(SOUTH, 5_000),
                Ended(SOUTH, "done"),
                CardIs(OTHER, "unlocked"),
                Gained(OTHER, 5_000),
            ],
        ),
        step("He takes the card", &[Pull(OTHER), Reported("south")]),
    ],
};

/// A load's answer is lost.
pub(super) const LOAD_LOST: Story = Story {
    name: "load-lost",
    title: "A load's answer is lost",
    row: "a load or unload went out, its answer is lost",
    what: "The money is on the card, and the centre has not heard so. Any terminal asks the card for its proof.",
    names: &[],
    steps: &[
        step(
            "Bram puts his card in at South Quay",
            &[Insert(OTHER, SOUTH), Ready(SOUTH), Tear(OTHER, TearAt::Load)],
        ),
        step(
            "He loads 50.00, and the card's power fails before it answers",
            &[Load(SOUTH, 5_000), Ended(SOUTH, "refused"), Gained(OTHER, 5_000)],
        ),
        step(
            "He takes the card: at the centre the money is in flight, neither lost nor credited twice",
            &[Pull(OTHER), Reported("south")],
        ),
        step(
            "North Gate asks the card for its proof, and loads 10.00 more",
            &[
                Insert(OTHER, NORTH_PETROL),
                Ready(NORTH_PETROL),
                Load(NORTH_PETROL, 1_000),
                Ended(NORTH_PETROL, "done"),
                Gained(OTHER, 6_000),
            ],
        ),
        step("He takes the card", &[Pull(OTHER), Reported("north")]),
    ],
};

/// A purchase.
pub(super) const PURCHASE: Story = Story {
    name: "purchase",
    title: "A purchase at the counter",
    row: "nothing breaks; goods instead of fuel",
    what: "The amount is known before, so nothing is locked: the card pays, and the PSAM's yes lets the goods go.",
    names: &[],
    steps: &[
        step("Chiara puts her card in at South Quay", &[Insert(PURSE, SOUTH), Ready(SOUTH)]),
        step(
            "She pays 12.50 for a wash; the PSAM agrees that the card paid",
            &[
                Buy(SOUTH, 1_250),
                Ended(SOUTH, "done"),
                CardIs(PURSE, "unlocked"),
                Paid(PURSE, 1_250),
            ],
        ),
        step(
            "She takes card and ticket; the centre owes South Quay the money",
            &[Pull(PURSE), Reported("south")],
        ),
    ],
};

/// A purchase's answer is lost.
pub(super) const PURCHASE_LOST: Story = Story {
    name: "purchase-lost",
    title: "A purchase's answer is lost",
    row: "a purchase went out, its answer is lost",
    what: "The card paid and could not say so, so no goods are given. When it comes back it proves it.",
    names: &[],
    steps: &[
        step(
            "Chiara puts her card in at South Quay",
            &[Insert(PURSE, SOUTH), Ready(SOUTH), Tear(PURSE, TearAt::Purchase)],
        ),
        step(
            "She pays 12.50, and the card's power fails before it answers: no goods",
            &[Buy(SOUTH, 1_250), Ended(SOUTH, "refused"), Paid(PURSE, 1_250)],
        ),
        step(
            "She puts it in again: it shows its proof, and the goods are owed",
            &[Pull(PURSE), Insert(PURSE, SOUTH), Ended(SOUTH, "done"), Paid(PURSE, 1_250)],
        ),
        step("She takes card and goods; it was paid once", &[Pull(PURSE), Reported("south")]),
    ],
};
