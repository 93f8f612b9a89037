//! Every kind of fault, and how often each one happened.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

/// Where a fault strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Between a station and the centre.
    Network,
    /// In a clock.
    Clock,
    /// At the card itself: its power, and the hand that holds it.
    Card,
    /// On the wire between card and terminal.
    Wire,
    /// At a station: PSAM, journal, power.
    Station,
    /// At the centre.
    Centre,
    /// A card exists twice, or again.
    Copy,
}

macro_rules! faults {
    ($($fault:ident $name:literal $place:ident $words:literal)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Fault { $(#[doc = $words] $fault),* }

        impl Fault {
            /// All of them, with their name and their place.
            pub const TABLE: &'static [(Self, &'static str, Place, &'static str)] =
                &[$((Self::$fault, $name, Place::$place, $words)),*];

            /// The name, as it is printed.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$fault => $name),* }
            }

            /// Where it strikes.
            #[must_use]
            pub const fn place(self) -> Place {
                match self { $(Self::$fault => Place::$place),* }
            }
        }
    };
}

faults! {
    LinkDown "link_down" Network "the station cannot reach the centre during a visit"
    ListMissing "list_missing" Network "the list of grey records cannot be had"
    ReportLost "report_lost" Network "a report does not arrive"
    ReportAnswerLost "report_answer_lost" Network "a report arrives, its answer does not"
    ReportRepeated "report_repeated" Network "a report arrives twice"
    ReportsReordered "reports_reordered" Network "reports arrive in another order"
    ReportDelayed "report_delayed" Network "a report arrives some visits later"
    UnlockLost "unlock_lost" Network "an unlock request does not arrive"
    UnlockAnswerLost "unlock_answer_lost" Network "the centre decides, and its answer does not arrive"
    UnlockRepeated "unlock_repeated" Network "an unlock request arrives twice"
    UnlockDelayed "unlock_delayed" Network "an unlock request arrives when the card is long gone"
    ClockDrift "clock_drift" Clock "a station's clock is wrong by minutes"
    ClockJump "clock_jump" Clock "the centre's clock jumps, back or forth"
    CardPulled "card_pulled" Card "the card is pulled between or in two commands"
    CardPulledInFlow "card_pulled_in_flow" Card "the card is pulled while fuel flows"
    CardTorn "card_torn" Card "the card loses power inside a write"
    ApplicationLocked "application_locked" Card "false codes lock the application of a grey card"
    CommandSwallowed "command_swallowed" Wire "a command never reaches the card"
    AnswerSwallowed "answer_swallowed" Wire "a command is executed, its answer is lost"
    CommandRepeated "command_repeated" Wire "the card hears a command twice"
    AnswerRepeated "answer_repeated" Wire "the terminal sees the answer before once more"
    Said9000 "said_9000" Wire "somebody answers 9000, the card hears nothing"
    SaidOther "said_other" Wire "somebody answers another status word, the card heard or not"
    GtacAltered "gtac_altered" Wire "the GTAC in LOCK's answer is altered"
    PurseSwapped "purse_swapped" Wire "a command names the other purse"
    StatusReplayed "status_replayed" Wire "an old grey status is shown instead of today's"
    CommandAltered "command_altered" Wire "a byte of a command is altered"
    AnswerAltered "answer_altered" Wire "a byte of an answer is altered"
    PsamTorn "psam_torn" Station "the PSAM loses power inside a write"
    PsamCut "psam_cut" Station "the power fails between the PSAM's act and its answer"
    PsamDead "psam_dead" Station "the PSAM dies for good"
    PsamsSwapped "psams_swapped" Station "two PSAMs of a station change their nozzles"
    JournalTorn "journal_torn" Station "the journal's disk loses power inside a write"
    JournalLost "journal_lost" Station "a station's journal is gone, and it begins a new one"
    JournalRestored "journal_restored" Station "a station's journal is put back to an older copy"
    DiskFull "disk_full" Station "the journal's disk is full"
    StationKilled "station_killed" Station "the station's process is killed at a write"
    PowerCut "power_cut" Station "the station loses power while fuel flows"
    PumpTorn "pump_torn" Station "the station loses power while the totalizer is being written"
    CentreTorn "centre_torn" Centre "the centre loses power inside a write"
    CentreKilled "centre_killed" Centre "the centre is killed between what it keeps and its answer"
    CentreDiskFull "centre_disk_full" Centre "the centre's disk is full"
    CardCloned "card_cloned" Copy "a card's memory is copied onto another card"
    CardRolledBack "card_rolled_back" Copy "a card's memory is put back to an older image"
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::TABLE.iter().find(|row| row.1 == name);
        found.map(|row| row.0).ok_or_else(|| {
            let names: Vec<&str> = Self::TABLE.iter().map(|row| row.1).collect();
            format!("no such fault; there are {}", names.join(", "))
        })
    }
}

/// How often each kind happened.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Faults(BTreeMap<Fault, u64>);

impl Faults {
    /// It happened once more.
    pub(crate) fn add(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (fault, count) in &other.0 {
            *self.0.entry(*fault).or_default() += count;
        }
    }

    /// How often this one happened.
    #[must_use]
    pub fn of(&self, fault: Fault) -> u64 {
        self.0.get(&fault).copied().unwrap_or(0)
    }

    /// All together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.values().sum()
    }

    /// Every kind and its count, also where that is 0.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, u64)> {
        Fault::TABLE.iter().map(|row| (row.0, self.of(row.0)))
    }
}

/// The count that everybody in a world adds to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Rc<RefCell<Faults>>);

impl Tally {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.borrow_mut().add(fault);
    }

    pub(crate) fn take(&self) -> Faults {
        self.0.take()
    }
}
