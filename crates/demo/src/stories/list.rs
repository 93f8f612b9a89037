//! All stories.

use super::Act::{
    CardIs, Ended, Flowed, HangUp, Insert, Lift, LineIs, Link, Listed, Paid, Paper, Power, Pull,
    Ready, Refuel, Replay, Reported, Unpaid, Waiting,
};
use super::{Act, At, Step, Story, breaks, chips, counter};

pub(super) const NORTH: At = ("north", 1);
pub(super) const NORTH_PETROL: At = ("north", 2);
const CHARGER: At = ("north", 3);
pub(super) const SOUTH: At = ("south", 1);

/// The first card of the wallet: the one that most stories are about.
pub(super) const CARD: usize = 0;
/// Another one.
pub(super) const OTHER: usize = 1;
/// The one for purchases.
pub(super) const PURSE: usize = 2;
/// With 6.00 on it.
const POOR: usize = 3;
/// On the blacklist.
const STOLEN: usize = 4;
/// Of a driver with a battery.
const CHARGE: usize = 5;

/// More than any card here can pay.
pub(super) const A_LOT: u64 = 500_000;

pub(super) const fn step(words: &'static str, acts: &'static [Act]) -> Step {
    Step { words, acts }
}

const BOTH_CUT: Step = step(
    "Both lines to the centre are cut",
    &[Link("north", false), Link("south", false), LineIs("north", "down"), LineIs("south", "down")],
);
/// The first card is in, and at least 8.00 have flowed.
pub(super) const FUEL_FLOWS: Step = step(
    "Ada refuels at North Gate",
    &[
        Insert(CARD, NORTH),
        Ready(NORTH),
        Lift(NORTH, A_LOT),
        Refuel(NORTH, None),
        Flowed(NORTH, 5_000),
    ],
);
pub(super) const TAKES_AT_NORTH: Step =
    step("She takes the card", &[Pull(CARD), Reported("north")]);
pub(super) const TAKES_AT_SOUTH: Step =
    step("She takes the card", &[Pull(CARD), Reported("south")]);

/// Every story, from what happens each day to what hardly ever does.
pub const ALL: &[Story] = &[
    Story {
        name: "refuelling",
        title: "A refuelling",
        row: "nothing breaks",
        what: "Card in, PIN, fuel, card out. The card is locked before fuel flows and debited after it.",
        names: &[],
        steps: &[
            step("Ada puts her card in at North Gate", &[Insert(CARD, NORTH), Ready(NORTH)]),
            step(
                "She types her PIN; the card is locked, and the nozzle opens",
                &[Refuel(NORTH, None), CardIs(CARD, "grey")],
            ),
            step("12 litres of diesel flow", &[Lift(NORTH, 12_000), Flowed(NORTH, 12_000)]),
            step(
                "The card is debited and green again",
                &[Ended(NORTH, "settled"), CardIs(CARD, "unlocked"), Paid(CARD, 1_980)],
            ),
            step(
                "She takes the card; the centre hears of the sale",
                &[HangUp(NORTH), Pull(CARD), Reported("north")],
            ),
        ],
    },
    Story {
        name: "escape",
        title: "The escape",
        row: "the card is pulled while fuel flows (escape)",
        what: "The driver pulls the card and drives off. The card stays grey, and the next station debits it for the first one.",
        names: &[],
        steps: &[
            step(
                "Ada refuels at North Gate",
                &[Insert(CARD, NORTH), Ready(NORTH), Lift(NORTH, A_LOT), Refuel(NORTH, None)],
            ),
            step("Fuel flows", &[Flowed(NORTH, 5_000)]),
            step(
                "She pulls the card out and drives off: the pump stops, and the card is grey",
                &[Pull(CARD), HangUp(NORTH), Ended(NORTH, "escaped"), CardIs(CARD, "grey")],
            ),
            step(
                "North Gate reports the grey record, and every station gets it",
                &[Reported("north"), Listed("south")],
            ),
            step(
                "She puts the card in at South Quay: it is debited for North Gate, and free",
                &[
                    Insert(CARD, SOUTH),
                    Ended(SOUTH, "unlocked"),
                    CardIs(CARD, "unlocked"),
                    Paid(CARD, 800),
                ],
            ),
            step(
                "She takes the card; the centre settles the sale",
                &[Pull(CARD), Reported("south")],
            ),
        ],
    },
    Story {
        name: "neighbour",
        title: "No centre: ask the neighbour",
        row: "no line to the centre; escape",
        what: "Both stations have lost their line to the centre. The grey record goes from one station to the other.",
        names: &[],
        steps: &[
            BOTH_CUT,
            FUEL_FLOWS,
            step(
                "She pulls the card out: it is grey",
                &[Pull(CARD), HangUp(NORTH), Ended(NORTH, "escaped"), CardIs(CARD, "grey")],
            ),
            step(
                "At South Quay the record is asked of North Gate, and the card is free",
                &[
                    Insert(CARD, SOUTH),
                    Ended(SOUTH, "unlocked"),
                    CardIs(CARD, "unlocked"),
                    Paid(CARD, 800),
                ],
            ),
            step(
                "The lines hold again: everything is reported and settled once",
                &[
                    Pull(CARD),
                    Link("north", true),
                    Link("south", true),
                    Reported("north"),
                    Reported("south"),
                ],
            ),
        ],
    },
    Story {
        name: "paper",
        title: "No network at all: the receipt",
        row: "no line to the centre; escape; the first station is dark",
        what: "The first station has no power, the second no line. The code on the receipt holds the signed grey record.",
        names: &[],
        steps: &[
            BOTH_CUT,
            FUEL_FLOWS,
            step(
                "She pulls the card out: it is grey, and a receipt is printed",
                &[Pull(CARD), HangUp(NORTH), Ended(NORTH, "escaped"), CardIs(CARD, "grey")],
            ),
            step("She shows the code of the receipt at South Quay", &[Paper("south")]),
            step("North Gate loses its power", &[Power("north", false)]),
            step(
                "South Quay frees the card with the paper alone",
                &[
                    Insert(CARD, SOUTH),
                    Ended(SOUTH, "unlocked"),
                    CardIs(CARD, "unlocked"),
                    Paid(CARD, 800),
                ],
            ),
            step(
                "Power and lines are back: everything is settled once",
                &[
                    Pull(CARD),
                    Power("north", true),
                    Link("north", true),
                    Link("south", true),
                    Reported("north"),
                    Reported("south"),
                ],
            ),
        ],
    },
    breaks::LOCK_ANSWER_LOST,
    breaks::NO_DISPENSE,
    breaks::DEBIT_ANSWER_LOST,
    breaks::POWER_CUT,
    breaks::POWER_CUT_CARD_WAITS,
    breaks::MAC3_LOST,
    breaks::TORN_WRITE,
    chips::PSAM_POWER,
    chips::PSAM_DIES,
    chips::JOURNAL_LOST,
    chips::LATE_RECORD,
    chips::APPLICATION_LOCKED,
    Story {
        name: "offline-day",
        title: "A day without the centre",
        row: "no line to the centre",
        what: "Refuelling needs no centre. The journal keeps what happened and sends it when the line is back.",
        names: &[],
        steps: &[
            step(
                "North Gate's line to the centre is cut",
                &[Link("north", false), LineIs("north", "down")],
            ),
            step(
                "Ada refuels",
                &[
                    Insert(CARD, NORTH),
                    Ready(NORTH),
                    Lift(NORTH, 6_000),
                    Refuel(NORTH, None),
                    Ended(NORTH, "settled"),
                    HangUp(NORTH),
                    Pull(CARD),
                ],
            ),
            step(
                "Bram refuels at the next pump",
                &[
                    Insert(OTHER, NORTH_PETROL),
                    Ready(NORTH_PETROL),
                    Lift(NORTH_PETROL, 6_000),
                    Refuel(NORTH_PETROL, None),
                    Ended(NORTH_PETROL, "settled"),
                    HangUp(NORTH_PETROL),
                    Pull(OTHER),
                ],
            ),
            step(
                "Both sales wait in the journal",
                &[Waiting("north"), Paid(CARD, 990), Paid(OTHER, 1_074)],
            ),
            step(
                "The line holds again: the centre settles both, each once",
                &[Link("north", true), Reported("north")],
            ),
        ],
    },
    Story {
        name: "charger",
        title: "Charging a car",
        row: "nothing breaks; kWh instead of litres",
        what: "A charger is a pump whose unit is another one.",
        names: &[],
        steps: &[
            step(
                "Fatima puts her card in at the charger",
                &[Insert(CHARGE, CHARGER), Ready(CHARGER)],
            ),
            step(
                "She plugs the cable in and types her PIN",
                &[Lift(CHARGER, 10_000), Refuel(CHARGER, None), CardIs(CHARGE, "grey")],
            ),
            step("10 kWh flow", &[Flowed(CHARGER, 10_000)]),
            step(
                "The card is debited and green again",
                &[Ended(CHARGER, "settled"), CardIs(CHARGE, "unlocked"), Paid(CHARGE, 490)],
            ),
            step("She takes card and cable", &[HangUp(CHARGER), Pull(CHARGE), Reported("north")]),
        ],
    },
    Story {
        name: "ceiling",
        title: "The money runs out",
        row: "nothing breaks; the nozzle closes at the ceiling",
        what: "No more flows than the card can pay: the pump stops by itself at 6.00.",
        names: &[],
        steps: &[
            step("Dana has 6.00 on her card", &[Insert(POOR, SOUTH), Ready(SOUTH)]),
            step("She tries to fill up", &[Lift(SOUTH, 60_000), Refuel(SOUTH, None)]),
            step(
                "The pump stops at what the card can pay",
                &[Ended(SOUTH, "settled"), CardIs(POOR, "unlocked"), Paid(POOR, 590)],
            ),
            step("She takes the card", &[HangUp(SOUTH), Pull(POOR), Reported("south")]),
        ],
    },
    Story {
        name: "blacklisted",
        title: "A stolen card",
        row: "a blacklisted card gets no new lock",
        what: "The card is on the blacklist: the station refuses it, and nothing is locked or debited.",
        names: &[],
        steps: &[
            step("Somebody puts a stolen card in", &[Insert(STOLEN, NORTH), Ready(NORTH)]),
            step(
                "He knows the PIN; the station refuses the card all the same",
                &[
                    Refuel(NORTH, None),
                    Ended(NORTH, "refused"),
                    CardIs(STOLEN, "unlocked"),
                    Unpaid(STOLEN),
                ],
            ),
            step("He leaves", &[Pull(STOLEN)]),
        ],
    },
    counter::LOAD,
    counter::LOAD_LOST,
    counter::PURCHASE,
    counter::PURCHASE_LOST,
    Story {
        name: "replay",
        title: "An old DEBIT is replayed",
        row: "an old DEBIT is replayed",
        what: "Somebody recorded the debit of a sale and sends it again. The card refuses it.",
        names: &[],
        steps: &[
            step(
                "Ada refuels at North Gate",
                &[
                    Insert(CARD, NORTH),
                    Ready(NORTH),
                    Lift(NORTH, 5_000),
                    Refuel(NORTH, None),
                    Ended(NORTH, "settled"),
                    HangUp(NORTH),
                ],
            ),
            step("She takes the card", &[Pull(CARD), Reported("north")]),
            step(
                "Somebody sends the recorded DEBIT again: the card refuses it, and nothing changes",
                &[Replay(CARD), CardIs(CARD, "unlocked")],
            ),
        ],
    },
    chips::CLONE,
];
