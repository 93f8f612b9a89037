//! Every command of a refuelling in memory: microseconds, and what it writes.

use std::time::Duration;

use card::Card;
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;
use wire::{CardCommand, PsamCommand, Suite};

use super::cipher::{calls_of, run as run_cipher};
use super::figures::{median, timed};
use super::stage::{self, NoJournal};
use super::watched::Watched;
pub(crate) use super::watched::{Cost, Writes};
use crate::error::Error;

/// A refuelling moves the CTC by two, and a card has 65,536 of them.
const MOST_ON_ONE_CARD: u32 = 30_000;

/// A command of a refuelling, measured.
#[derive(Debug)]
pub(crate) struct CommandFigures {
    /// `card` or `psam`.
    pub(crate) chip: &'static str,
    /// Its name, with P1 where that makes a difference.
    pub(crate) name: String,
    /// Median.
    pub(crate) micros: f64,
    /// Median of the bare cipher calls of its codes, where it makes codes.
    pub(crate) yardstick: Option<f64>,
    /// What it writes.
    pub(crate) cost: Cost,
}

/// The commands of a refuelling in one suite, in their order.
#[derive(Debug)]
pub(crate) struct SuiteFigures {
    /// The suite of all keys.
    pub(crate) suite: Suite,
    /// All of them.
    pub(crate) commands: Vec<CommandFigures>,
}

/// Bytes of static RAM: what is kept between two commands, without the medium. Card, then PSAM.
pub(crate) const fn card_core() -> [(&'static str, usize); 2] {
    [("card", size_of::<Card<()>>()), ("psam", size_of::<Psam<()>>())]
}

/// One command of the row, over all runs.
struct Row {
    chip: &'static str,
    name: String,
    took: Vec<Duration>,
    bare: Vec<Duration>,
    cost: Cost,
}

/// A chip under a stopwatch. Every refuelling sends the same commands in the same order, so that the n-th of each
/// belongs to one row.
struct Watch<C> {
    chip: C,
    name: &'static str,
    suite: Suite,
    rows: Vec<Row>,
    at: usize,
    is_first: bool,
}

/// A chip whose memory can be looked at.
trait Core {
    fn answer(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost>;
    fn memory(&mut self) -> &mut Watched;
    fn name_of(command: &[u8]) -> Option<&'static str>;
}

macro_rules! core {
    ($chip:ident, $command:ident) => {
        impl Core for $chip<Watched> {
            fn answer(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
                self.transmit(command).map_err(|_| Lost::Unknown)
            }

            fn memory(&mut self) -> &mut Watched {
                self.nvm_mut()
            }

            fn name_of(command: &[u8]) -> Option<&'static str> {
                $command::parse(command).ok().map(|command| command.name())
            }
        }
    };
}
core!(Card, CardCommand);
core!(Psam, PsamCommand);

impl<C: Core> Watch<C> {
    fn over(mut chip: C, name: &'static str, suite: Suite) -> Result<Self, Error> {
        let looked = chip.memory().look();
        looked.ok_or_else(|| Error::bug("a card that was just made has no header"))?;
        Ok(Self { chip, name, suite, rows: Vec::new(), at: 0, is_first: true })
    }

    /// To the first command again.
    fn rewind(&mut self) {
        self.at = 0;
        self.is_first = false;
        self.chip.memory().look_away();
    }

    fn row(&mut self, command: &[u8]) -> Option<&mut Row> {
        if self.at == self.rows.len() {
            let name = C::name_of(command).unwrap_or("?").to_owned();
            let name = match command {
                [0xE0, 0xCA, p1, ..] => format!("{name} {p1:02X}"),
                _ => name,
            };
            let (took, bare, cost) = (Vec::new(), Vec::new(), Cost::default());
            self.rows.push(Row { chip: self.name, name, took, bare, cost });
        }
        self.at += 1;
        self.rows.get_mut(self.at - 1)
    }
}

impl<C: Core> Transport for Watch<C> {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let before = self.chip.memory().mark();
        let (answer, took) = timed(|| self.chip.answer(command));
        let (cost, suite, is_first) =
            (self.chip.memory().cost_since(before), self.suite, self.is_first);
        if let Some(row) = self.row(command) {
            if is_first {
                // Looking takes time: what is timed is not looked at.
                row.cost = cost;
                return answer;
            }
            row.took.push(took);
            if let Some(calls) = calls_of(&row.name, suite) {
                row.bare.push(timed(|| run_cipher(suite, calls)).1);
            }
        }
        answer
    }
}

/// Measures `runs` refuellings in every suite.
///
/// # Errors
/// A refuelling that does not settle, which is a bug.
pub(crate) fn run(runs: u32) -> Result<Vec<SuiteFigures>, Error> {
    Suite::ALL.into_iter().map(|suite| run_in(suite, runs.min(MOST_ON_ONE_CARD))).collect()
}

fn run_in(suite: Suite, runs: u32) -> Result<SuiteFigures, Error> {
    let made = stage::profiles(suite)?;
    let blank = |len| Watched::blank(len);
    let unmade = |_| Error::bug("memory in RAM refused a card");
    let card = Card::personalise(blank(card::IMAGE_LEN), &made.card, &made.pin).map_err(unmade)?;
    let psam = Psam::personalise(blank(psam::IMAGE_LEN), &made.psam).map_err(unmade)?;
    let mut card = Watch::over(card, "card", suite)?;
    let mut psam = Watch::over(psam, "psam", suite)?;
    for _ in 0..=runs {
        let tid = stage::open_psam(&mut psam)?;
        stage::refuel(&mut card, &mut psam, &mut NoJournal, tid)?;
        card.rewind();
        psam.rewind();
    }
    let commands = card.rows.into_iter().chain(psam.rows).map(|row| CommandFigures {
        chip: row.chip,
        micros: median(&row.took),
        yardstick: (!row.bare.is_empty()).then(|| median(&row.bare)),
        cost: row.cost,
        name: row.name,
    });
    Ok(SuiteFigures { suite, commands: commands.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suite_has_every_command_and_what_changes_nothing_writes_nothing() {
        for SuiteFigures { suite, commands } in run(3).unwrap() {
            let writes = |name: &str| {
                let command = commands.iter().find(|command| command.name == name).unwrap();
                (command.cost.done.writes, command.cost.floor.syncs, command.yardstick.is_some())
            };
            assert_eq!(commands.len(), 13, "{suite:?}");
            assert_eq!(writes("GET GREY STATUS 02"), (0, 0, false));
            assert_eq!(writes("INITIALIZE FOR REFUEL"), (2, 1, false));
            assert_eq!(writes("LOCK FOR REFUEL"), (4, 2, true));
            assert_eq!(writes("DEBIT FOR REFUEL"), (4, 2, true));
            assert_eq!(writes("GET GREY STATUS 01"), (2, 1, false));
        }
    }
}
