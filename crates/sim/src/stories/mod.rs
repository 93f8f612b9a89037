//! Every way in which a refuelling breaks (protocol §10), played on the real crates and told
//! in plain words, each with the proof that the money adds up.

mod card_gone;
mod centre;
mod cheats;
mod counter;
mod debit;
mod lost;
mod ordinary;
mod power;
mod telling;

pub use telling::{Telling, Told};

use wire::Scheme;

/// One story.
#[derive(Clone, Copy)]
pub struct Story {
    /// Its name on the command line.
    pub name: &'static str,
    /// What breaks, as protocol §10 has it.
    pub row: &'static str,
    /// Plays it.
    pub play: fn(&mut Telling) -> Result<(), String>,
}

/// Every story, in the order of protocol §10.
pub const ALL: &[Story] = &[
    Story { name: "refuelling", row: "nothing breaks", play: ordinary::refuelling },
    Story { name: "void", row: "card pulled before LOCK went out", play: card_gone::void },
    Story {
        name: "lock-answer-lost",
        row: "LOCK sent, response lost, card comes back to this terminal",
        play: card_gone::comes_back,
    },
    Story {
        name: "no-dispense",
        row: "LOCK sent, response lost, card gone",
        play: card_gone::no_dispense,
    },
    Story { name: "escape", row: "card pulled while fuel flows", play: ordinary::escape },
    Story { name: "tac-read", row: "DEBIT sent, response lost", play: debit::tac_read },
    Story {
        name: "succession",
        row: "DEBIT sent, response lost, and the TAC was cleared meanwhile",
        play: debit::succession,
    },
    Story {
        name: "false-tac",
        row: "DEBIT answered by something that is not the card",
        play: debit::false_tac,
    },
    Story {
        name: "power-cut",
        row: "terminal loses power while fuel flows",
        play: power::terminal_cut,
    },
    Story { name: "gmac-again", row: "PSAM loses power after GMAC", play: power::psam_cut },
    Story { name: "unproved", row: "PSAM dies before GMAC", play: power::psam_dead },
    Story { name: "mac3-lost", row: "DEBIT FOR UNLOCK's response lost", play: centre::mac3_lost },
    Story {
        name: "application-locked",
        row: "application locked while grey",
        play: centre::application_locked,
    },
    Story { name: "offline", row: "station cannot reach the centre", play: centre::offline },
    Story { name: "journal-lost", row: "journal of a station lost", play: lost::journal },
    Story { name: "card-lost", row: "grey card lost or destroyed", play: lost::card },
    Story {
        name: "late-record",
        row: "centre unlocked, then a late grey record arrives",
        play: centre::late_record,
    },
    Story {
        name: "clone",
        row: "two locks of one (ASN, purse, CTC) with valid GTACs and different TID or TTC",
        play: lost::clone,
    },
    Story { name: "replay", row: "an old record's DEBIT is replayed", play: cheats::replay },
    Story {
        name: "purchase-proved",
        row: "purchase sent, response lost, card comes back to this station",
        play: counter::purchase_proved,
    },
    Story {
        name: "purchase-by-succession",
        row: "purchase sent, response lost, card goes on elsewhere",
        play: counter::purchase_by_succession,
    },
    Story {
        name: "load-proved",
        row: "load decided, response of the card lost",
        play: counter::load_proved,
    },
];

/// Plays one story in a scheme.
#[must_use]
pub fn tell(story: &Story, scheme: Scheme) -> Told {
    tell_as(story, Telling::new(scheme))
}

/// Plays one story with other keys than [`tell`] does.
#[must_use]
pub fn tell_as(story: &Story, mut telling: Telling) -> Told {
    let holds = (story.play)(&mut telling);
    Told { name: story.name, row: story.row, lines: telling.lines, holds }
}
