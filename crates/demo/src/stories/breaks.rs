//! Stories of power that fails: of cards, and of stations.

use super::Act::{
    CardIs, Ended, Flowed, HangUp, Insert, Lift, Listed, Paid, Power, Pull, Ready, Refuel,
    Reported, Tear, Unpaid,
};
use super::list::{CARD, FUEL_FLOWS, NORTH, SOUTH, TAKES_AT_NORTH, TAKES_AT_SOUTH, step};
use super::{Step, Story};
use crate::readers::TearAt;

/// Her power will fail once LOCK is done.
const PUT_IN: Step = step(
    "Ada puts her card in at North Gate",
    &[Insert(CARD, NORTH), Ready(NORTH), Tear(CARD, TearAt::Lock)],
);
const LOCK_IS_LOST: Step = step(
    "The card locks itself, and its power fails before it answers",
    &[Refuel(NORTH, None), Ended(NORTH, "card_lost"), CardIs(CARD, "grey")],
);
/// LOCK's answer is lost.
pub(super) const LOCK_ANSWER_LOST: Story = Story {
    name: "lock-answer-lost",
    title: "LOCK's answer is lost",
    row: "LOCK went out, its answer is lost, the card comes back here",
    what: "The card loses its power just after it locked itself. It comes back and shows what it could not say.",
    names: &[],
    steps: &[
        PUT_IN,
        LOCK_IS_LOST,
        step(
            "She takes it out and puts it in again: nothing flowed, nothing is debited",
            &[Pull(CARD), Insert(CARD, NORTH), CardIs(CARD, "unlocked"), Unpaid(CARD)],
        ),
        TAKES_AT_NORTH,
    ],
};

/// The card is gone: on-line unlock.
pub(super) const NO_DISPENSE: Story = Story {
    name: "no-dispense",
    title: "The card is gone: on-line unlock",
    row: "LOCK went out, its answer is lost, and the card is gone",
    what: "The station tells that nothing will flow on this lock, and the centre frees the card with 0.",
    names: &[],
    steps: &[
        PUT_IN,
        LOCK_IS_LOST,
        step(
            "She leaves with the card; North Gate reports that nothing flowed",
            &[Pull(CARD), Reported("north")],
        ),
        step(
            "South Quay asks the centre, which debits 0 and frees the card",
            &[
                Insert(CARD, SOUTH),
                Ended(SOUTH, "unlocked"),
                CardIs(CARD, "unlocked"),
                Unpaid(CARD),
            ],
        ),
        TAKES_AT_SOUTH,
    ],
};

/// DEBIT's answer is lost.
pub(super) const DEBIT_ANSWER_LOST: Story = Story {
    name: "debit-answer-lost",
    title: "DEBIT's answer is lost",
    row: "DEBIT went out, its answer is lost",
    what: "The card paid and could not say so. The next terminal reads its TAC, and the sale is settled once.",
    names: &[],
    steps: &[
        step(
            "Ada refuels at North Gate",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                Tear(CARD, TearAt::Debit),
                Refuel(NORTH, None),
                Lift(NORTH, 8_000),
                Flowed(NORTH, 8_000),
            ],
        ),
        step(
            "The card pays, and its power fails before it answers",
            &[CardIs(CARD, "tac_unread"), Paid(CARD, 1_320)],
        ),
        step(
            "She takes the card out: it is amber, for nobody has read its TAC",
            &[HangUp(NORTH), Pull(CARD)],
        ),
        step(
            "South Quay reads the TAC, and the centre settles the sale",
            &[Insert(CARD, SOUTH), Ready(SOUTH), Reported("south"), Reported("north")],
        ),
        step(
            "She fills up a little, and the card is green again",
            &[
                Lift(SOUTH, 3_000),
                Refuel(SOUTH, None),
                Ended(SOUTH, "settled"),
                CardIs(CARD, "unlocked"),
                Paid(CARD, 1_815),
            ],
        ),
        step("She takes the card", &[HangUp(SOUTH), Pull(CARD), Reported("south")]),
    ],
};

/// Power cut while fuel flows.
pub(super) const POWER_CUT: Story = Story {
    name: "power-cut",
    title: "Power cut while fuel flows",
    row: "the terminal loses power while fuel flows",
    what: "The station goes dark in mid-delivery. The totalizer and the journal know what flowed.",
    names: &[],
    steps: &[
        FUEL_FLOWS,
        step("The station loses its power", &[Power("north", false)]),
        step(
            "She takes the grey card and leaves",
            &[Pull(CARD), HangUp(NORTH), CardIs(CARD, "grey")],
        ),
        step(
            "Power is back: the amount comes from the totalizer, and the record goes up",
            &[Power("north", true), Reported("north"), Listed("south")],
        ),
        step(
            "South Quay debits what flowed, and the card is free",
            &[
                Insert(CARD, SOUTH),
                Ended(SOUTH, "unlocked"),
                CardIs(CARD, "unlocked"),
                Paid(CARD, 800),
            ],
        ),
        TAKES_AT_SOUTH,
    ],
};

/// Power cut, and the card stays.
pub(super) const POWER_CUT_CARD_WAITS: Story = Story {
    name: "power-cut-card-waits",
    title: "Power cut, and the card stays",
    row: "the terminal loses power while fuel flows, the card is still there",
    what: "The driver waits until the lights are on again; the station finishes what it began.",
    names: &[],
    steps: &[
        FUEL_FLOWS,
        step("The station loses its power", &[Power("north", false), CardIs(CARD, "grey")]),
        step(
            "Power is back: the card in the reader is debited and free",
            &[HangUp(NORTH), Power("north", true), Ended(NORTH, "unlocked"), Paid(CARD, 800)],
        ),
        TAKES_AT_NORTH,
    ],
};

/// The on-line unlock's answer is lost.
pub(super) const MAC3_LOST: Story = Story {
    name: "mac3-lost",
    title: "The on-line unlock's answer is lost",
    row: "the answer to DEBIT FOR UNLOCK is lost",
    what: "The centre freed the card, and the card could not confirm it. Its status shows the proof at the next terminal.",
    names: &[],
    steps: &[
        step(
            "The card locks itself at North Gate, and its power fails",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                Tear(CARD, TearAt::Lock),
                Refuel(NORTH, None),
                Ended(NORTH, "card_lost"),
                CardIs(CARD, "grey"),
            ],
        ),
        step("North Gate reports that nothing flowed", &[Pull(CARD), Reported("north")]),
        step(
            "South Quay unlocks it on-line, and its power fails before it answers",
            &[Tear(CARD, TearAt::Unlock), Insert(CARD, SOUTH), CardIs(CARD, "tac_unread")],
        ),
        step(
            "She puts it in again: the centre gets its proof",
            &[Pull(CARD), Insert(CARD, SOUTH), Ready(SOUTH), Reported("south"), Unpaid(CARD)],
        ),
        TAKES_AT_SOUTH,
    ],
};

/// A write is torn.
pub(super) const TORN_WRITE: Story = Story {
    name: "torn-write",
    title: "A write is torn",
    row: "the card is pulled before LOCK went out",
    what: "The card's power fails in the middle of a write to its memory. It heals when it has power again.",
    names: &[],
    steps: &[
        step(
            "Ada puts her card in at North Gate",
            &[Insert(CARD, NORTH), Ready(NORTH), Tear(CARD, TearAt::Next)],
        ),
        step(
            "She types her PIN, and the card's next write is torn",
            &[Refuel(NORTH, None), Ended(NORTH, "card_lost")],
        ),
        step(
            "She puts it in again: no money is gone",
            &[Pull(CARD), Insert(CARD, NORTH), Ready(NORTH), Unpaid(CARD)],
        ),
        step(
            "She refuels as if nothing had happened",
            &[Lift(NORTH, 4_000), Refuel(NORTH, None), Ended(NORTH, "settled"), Paid(CARD, 660)],
        ),
        step("She takes the card", &[HangUp(NORTH), Pull(CARD), Reported("north")]),
    ],
};
