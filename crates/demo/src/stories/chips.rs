//! Stories of chips that die, lock themselves or are copied, and of a journal that is lost.

use super::Act::{
    Blacklisted, Burn, CardIs, Claimed, Copy, Ended, FalseDebits, HangUp, Insert, Lift, LineIs,
    Link, Listed, Paid, Power, PsamFails, Pull, Ready, Refuel, Reported, Rule, Sent, Swap, Unblock,
    Unlock, Unpaid,
};
use super::list::{CARD, FUEL_FLOWS, NORTH, OTHER, SOUTH, TAKES_AT_NORTH, TAKES_AT_SOUTH, step};
use super::{Step, Story};
use crate::psams::PsamFails::{AfterGmac, Dies};

const PULLED: Step = step(
    "She pulls the card out: it is grey",
    &[Pull(CARD), HangUp(NORTH), Ended(NORTH, "escaped"), CardIs(CARD, "grey")],
);
const RULED: Step =
    step("Two operators read the pump's totalizer and allow what flowed", &[Rule(None)]);
const FREED_BY_CENTRE: Step = step(
    "South Quay asks again, and the centre debits it and frees the card",
    &[Unlock(SOUTH), Ended(SOUTH, "unlocked"), CardIs(CARD, "unlocked"), Paid(CARD, 800)],
);

/// The PSAM loses its power behind the GMAC.
pub(super) const PSAM_POWER: Story = Story {
    name: "psam-power",
    title: "The PSAM loses its power",
    row: "the PSAM loses power after it made the GMAC",
    what: "The proof of the amount was made and not told. The PSAM tells it again, and no second one is ever made.",
    names: &[],
    steps: &[
        step(
            "Ada refuels at North Gate",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                PsamFails(NORTH, AfterGmac),
                Lift(NORTH, 6_000),
                Refuel(NORTH, None),
            ],
        ),
        step(
            "The PSAM makes the GMAC, and its power fails before it answers",
            &[Ended(NORTH, "escaped"), CardIs(CARD, "grey"), Unpaid(CARD)],
        ),
        step(
            "It has power again and tells the same GMAC: the card in the reader is debited",
            &[Ended(NORTH, "unlocked"), Paid(CARD, 990), HangUp(NORTH)],
        ),
        TAKES_AT_NORTH,
    ],
};

/// The PSAM dies.
pub(super) const PSAM_DIES: Story = Story {
    name: "psam-dies",
    title: "The PSAM dies",
    row: "the PSAM dies before it makes the GMAC",
    what: "Fuel flowed, and nothing proves the amount to the card. The centre debits it, once two persons agreed.",
    names: &[],
    steps: &[
        step(
            "Ada refuels at North Gate",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                PsamFails(NORTH, Dies),
                Lift(NORTH, 6_000),
                Refuel(NORTH, None),
            ],
        ),
        step(
            "The PSAM dies before it proves the amount: the pump is out of order, the card grey",
            &[Ended(NORTH, "escaped"), CardIs(CARD, "grey")],
        ),
        step(
            "She leaves with the card; North Gate reports the delivery as unproved",
            &[HangUp(NORTH), Pull(CARD), Sent("north")],
        ),
        step(
            "At South Quay the centre does not decide alone: the card stays grey",
            &[Insert(CARD, SOUTH), Ready(SOUTH), CardIs(CARD, "grey")],
        ),
        RULED,
        FREED_BY_CENTRE,
        TAKES_AT_SOUTH,
    ],
};

/// The journal is lost.
pub(super) const JOURNAL_LOST: Story = Story {
    name: "journal-lost",
    title: "The journal is lost",
    row: "a station loses its journal",
    what: "The only grey record burned with the station's disk. The centre sees the hole in its numbers, and two persons close it.",
    names: &[],
    steps: &[
        step(
            "North Gate's line to the centre is cut",
            &[Link("north", false), LineIs("north", "down")],
        ),
        FUEL_FLOWS,
        PULLED,
        step(
            "North Gate's disk burns: it starts with an empty journal, and the line is back",
            &[
                Power("north", false),
                Burn("north"),
                Power("north", true),
                Link("north", true),
                LineIs("north", "up"),
            ],
        ),
        step(
            "Bram refuels at the same pump: the centre sees the hole in its PSAM's numbers",
            &[
                Insert(OTHER, NORTH),
                Ready(NORTH),
                Lift(NORTH, 3_000),
                Refuel(NORTH, None),
                Ended(NORTH, "settled"),
                HangUp(NORTH),
                Pull(OTHER),
                Reported("north"),
            ],
        ),
        step(
            "At South Quay nobody knows what Ada owes: the centre waits, the card stays grey",
            &[Insert(CARD, SOUTH), Ready(SOUTH), CardIs(CARD, "grey")],
        ),
        RULED,
        FREED_BY_CENTRE,
        TAKES_AT_SOUTH,
    ],
};

/// The record comes late.
pub(super) const LATE_RECORD: Story = Story {
    name: "late-record",
    title: "The record comes too late",
    row: "a grey record or TAC arrives after the centre unlocked",
    what: "Two persons free a customer who cannot wait, with too little. The record that comes later is a claim for the rest.",
    names: &[],
    steps: &[
        step(
            "North Gate's line to the centre is cut",
            &[Link("north", false), LineIs("north", "down")],
        ),
        FUEL_FLOWS,
        PULLED,
        step("The lights go out at North Gate, which nobody can ask now", &[Power("north", false)]),
        step(
            "At South Quay nobody knows what Ada owes: the centre waits, the card stays grey",
            &[Insert(CARD, SOUTH), Ready(SOUTH), CardIs(CARD, "grey")],
        ),
        step(
            "She cannot wait: two operators free her card with 5.00",
            &[
                Rule(Some(500)),
                Unlock(SOUTH),
                Ended(SOUTH, "unlocked"),
                CardIs(CARD, "unlocked"),
                Paid(CARD, 500),
                Pull(CARD),
                Reported("south"),
            ],
        ),
        step(
            "North Gate is back with its record: 5.00 is settled, the rest is the station's claim",
            &[Power("north", true), Link("north", true), Reported("north"), Claimed("north")],
        ),
    ],
};

/// The application locks itself.
pub(super) const APPLICATION_LOCKED: Story = Story {
    name: "application-locked",
    title: "False codes lock the card",
    row: "the application gets locked while it is grey",
    what: "After three false codes the card takes no more from anybody. The centre unblocks it, and what it owes is debited.",
    names: &[],
    steps: &[
        FUEL_FLOWS,
        PULLED,
        step(
            "North Gate reports the grey record, and every station gets it",
            &[Reported("north"), Listed("south")],
        ),
        step(
            "A broken device sends three DEBITs with false codes: the card locks its application",
            &[FalseDebits(CARD), CardIs(CARD, "app_locked")],
        ),
        step(
            "South Quay has the record, and cannot debit the card any more",
            &[Insert(CARD, SOUTH), Ready(SOUTH), CardIs(CARD, "app_locked"), Pull(CARD)],
        ),
        step(
            "At the issuer's counter the centre unblocks it: it is grey as before",
            &[Unblock(CARD), CardIs(CARD, "grey"), Unpaid(CARD)],
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

/// A copied card.
pub(super) const CLONE: Story = Story {
    name: "clone",
    title: "A copied card",
    row: "two locks of one (ASN, purse, CTC) with valid GTACs but another TID or TTC",
    what: "No software stops a copied chip. The centre finds it at the second sale under one number, and names the loss.",
    names: &["lock_settled_twice"],
    steps: &[
        step("Somebody copies the chip of Ada's card", &[Copy(CARD)]),
        step(
            "Ada refuels at North Gate",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                Lift(NORTH, 4_000),
                Refuel(NORTH, None),
                Ended(NORTH, "settled"),
                HangUp(NORTH),
                Pull(CARD),
                Reported("north"),
            ],
        ),
        step(
            "The copy, which still has all the money, refuels at South Quay under the same number",
            &[
                Swap(CARD),
                Insert(CARD, SOUTH),
                Ready(SOUTH),
                Lift(SOUTH, 3_000),
                Refuel(SOUTH, None),
                Ended(SOUTH, "settled"),
                HangUp(SOUTH),
                Pull(CARD),
                Sent("south"),
            ],
        ),
        step(
            "Two sales under one number, both proved: the centre blacklists the card and names the loss",
            &[Blacklisted(CARD)],
        ),
        step(
            "Neither of the two gets another lock",
            &[
                Insert(CARD, NORTH),
                Ready(NORTH),
                Refuel(NORTH, None),
                Ended(NORTH, "refused"),
                Pull(CARD),
            ],
        ),
    ],
};
