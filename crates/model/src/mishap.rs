//! What can go wrong at one point of a visit, and the script that says what does.
//!
//! A visit runs the real rules from its start to its end. At each APDU, each journal entry, each
//! call of the link it asks the script; where the script is silent all goes well, and what could
//! have gone wrong there is noted. So all scripts are found by running the visit again with one
//! mishap more at each point after the last one.

use std::fmt;

macro_rules! kinds {
    ($($name:ident, $words:literal;)*) => {
        /// One kind of mishap.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) enum Kind { $(#[doc = $words] $name),* }

        impl Kind {
            /// What it is, in words.
            pub(crate) const fn words(self) -> &'static str {
                match self { $(Self::$name => $words),* }
            }
        }
    };
}

kinds! {
    Pulled, "the card is pulled before the command";
    PulledUnsure, "the card is pulled, and nobody knows whether it got the command (it did not)";
    PulledAfter, "the card executes it and is pulled before it answers";
    Lost, "the command gets lost";
    Unheard, "it is executed and the answer gets lost";
    Blinked, "the command gets lost and the card loses its power for a moment";
    BlinkedAfter, "it is executed, the answer gets lost and the card loses its power for a moment";
    Refused, "a shim refuses it in the card's place";
    RefusedAfter, "it is executed, and a shim makes the answer a refusal";
    Faked, "a shim answers 9000 in the card's place";
    AlteredCode, "it is executed, and a shim alters the code in the answer";
    AlteredGtac, "it is executed, and a shim alters GTAC";
    AlteredBalance, "it is executed, and a shim alters the balance in the answer";
    AlteredCtc, "it is executed, and a shim alters CTC in the answer";
    AlteredIcc, "it is executed, and a shim alters ICC in the answer";
    Hidden, "a shim shows a free card in place of the grey one";
    OldStatus, "a shim shows an old status of the card";
    CommandAltered, "a shim alters the command on its way to the card";
    Withheld, "a shim keeps the command and gives it to the card when the terminal is done";
    PsamLost, "the PSAM does not get the command";
    PsamUnheard, "the PSAM executes it and its answer gets lost";
    PsamDies, "the PSAM dies before the command";
    PsamDiesAfter, "the PSAM executes it and dies before it answers";
    Crash, "the terminal loses its power before that";
    CrashAfter, "the terminal loses its power after that";
    Full, "the journal cannot be written";
    PulledFlowing, "the card is pulled while that flows";
    CrashFlowing, "the terminal loses its power when that has flowed";
    LinkLost, "the request gets lost";
    AnswerLost, "the centre takes it and its answer gets lost";
    Late, "the request stays on its way, and the terminal gives up";
}

impl Kind {
    /// True when the card got the command as it was sent, and did what it says.
    pub(crate) const fn executes(self) -> bool {
        matches!(
            self,
            Self::PulledAfter
                | Self::Unheard
                | Self::BlinkedAfter
                | Self::CrashAfter
                | Self::RefusedAfter
                | Self::AlteredCode
                | Self::AlteredGtac
                | Self::AlteredBalance
                | Self::AlteredCtc
                | Self::AlteredIcc
        )
    }

    /// Somebody altered what INITIALIZE answered: what the terminal then writes down of the lock
    /// is not what the card has.
    pub(crate) const fn is_tampering(self) -> bool {
        matches!(self, Self::AlteredBalance | Self::AlteredCtc | Self::AlteredIcc)
    }
}

/// A mishap at one point of a visit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Mishap {
    /// Which point, counted from the visit's start.
    at: u16,
    /// What is done there.
    during: &'static str,
    /// What goes wrong.
    pub(crate) kind: Kind,
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.during, self.kind.words())
    }
}

/// The mishaps of one visit, in order.
pub(crate) type Script = Vec<Mishap>;

/// Follows a script and notes what else could go wrong.
#[derive(Default)]
pub(crate) struct Oracle {
    script: Script,
    taken: usize,
    point: u16,
    /// Points after the last mishap, and what could go wrong there.
    offered: Vec<(u16, &'static str, &'static [Kind])>,
    /// Everything fails from here on: the terminal has no power.
    pub(crate) crashed: bool,
    /// The card is not in the reader any more.
    pub(crate) pulled: bool,
    /// A shim lets nothing through, and has this to give to the card in the end.
    pub(crate) withheld: Option<Vec<u8>>,
}

impl Oracle {
    pub(crate) fn new(script: Script) -> Self {
        Self { script, ..Self::default() }
    }

    /// What goes wrong here, if anything.
    pub(crate) fn choose(&mut self, during: &'static str, menu: &'static [Kind]) -> Option<Kind> {
        if menu.is_empty() || self.crashed {
            return None;
        }
        let here = self.point;
        self.point += 1;
        match self.script.get(self.taken) {
            Some(mishap) if mishap.at == here => {
                self.taken += 1;
                Some(mishap.kind)
            }
            Some(_) => None,
            None => {
                self.offered.push((here, during, menu));
                None
            }
        }
    }

    /// Every script with one mishap more than this one.
    pub(crate) fn longer(&self) -> impl Iterator<Item = Script> {
        let one_more = self.offered.iter().flat_map(|(at, during, menu)| {
            menu.iter().map(|kind| Mishap { at: *at, during, kind: *kind })
        });
        one_more.map(|mishap| self.script.iter().copied().chain([mishap]).collect())
    }
}
