//! A refuelling through PC/SC, beside as many empty commands through the same readers in the same run.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use card::Card;
use psam::Psam;
use station::index::Records;
use terminal::{Lost, Transport};
use wire::Suite;
use wire::apdu::ResponseBytes;

use super::figures::{median, timed};
use super::medium::{Medium, Syncs};
use super::scratch::{Scratch, Yardstick};
use super::stage::{self, NoJournal, Profiles};
use crate::error::{Error, Fault};
use crate::media::{InsideIs, Place, ReaderSlot, look_around};
use crate::serve::{ECHO, Hands, Virtual, attend};

/// How often the readers are looked at until both chips are in them.
const LOOKS: u32 = 50;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A part of the benchmark, measured.
#[derive(Debug)]
pub(crate) struct PartFigures {
    /// Median of a refuelling, in microseconds.
    pub(crate) micros: f64,
    /// Median of its yardstick.
    pub(crate) yardstick: f64,
    /// `fdatasync`s of one refuelling.
    pub(crate) syncs: u64,
    /// The least that durability needs.
    pub(crate) least_syncs: usize,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct RefuelFigures {
    /// Commands to card and PSAM in one refuelling.
    pub(crate) apdus: [usize; 2],
    /// Images in memory, no journal.
    pub(crate) exchange: PartFigures,
    /// Images and journal on disk.
    pub(crate) whole: PartFigures,
}

/// Which chip a command went to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Which {
    Card,
    Psam,
}

type Order = Rc<RefCell<Vec<Which>>>;

/// A reader that notes each of its commands.
struct Noted {
    reader: ReaderSlot,
    which: Which,
    order: Order,
}

impl Transport for Noted {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.order.borrow_mut().push(self.which);
        self.reader.transmit(command)
    }

    fn is_present(&mut self) -> bool {
        self.reader.is_present()
    }
}

/// What the yardstick does after each empty command.
type Besides<'a> = dyn FnMut(usize, usize) -> Result<(), Error> + 'a;

/// Card and PSAM in two readers.
struct Readers {
    card: Noted,
    psam: Noted,
    order: Order,
}

impl Readers {
    /// A whole refuelling, the selection of the PSAM counted in.
    fn refuel(&mut self, journal: &mut impl Records) -> Result<(), Error> {
        self.order.borrow_mut().clear();
        let tid = stage::open_psam(&mut self.psam)?;
        stage::refuel(&mut self.card, &mut self.psam, journal, tid).map(drop)
    }

    /// As many empty commands, in the same order over the readers. After each, `besides` hears how many of how many
    /// were sent.
    fn echo(&mut self, besides: &mut Besides<'_>) -> Result<(), Error> {
        let order = self.order.borrow();
        for (which, number) in order.iter().zip(1..) {
            let reader = match which {
                Which::Card => &mut self.card.reader,
                Which::Psam => &mut self.psam.reader,
            };
            let lost = |_| Error::new(Fault::Lost, "an empty command got no answer");
            reader.send_bare(&ECHO).map_err(lost)?;
            besides(number, order.len())?;
        }
        Ok(())
    }

    fn apdus(&self) -> [usize; 2] {
        let order = self.order.borrow();
        [Which::Card, Which::Psam].map(|chip| order.iter().filter(|one| **one == chip).count())
    }
}

/// Measures `runs` refuellings in memory, and as many on disk in a folder in `place`. The readers listen at `vpcd`.
///
/// # Errors
/// No pcscd, no readers of vpcd, or a refuelling that does not settle.
pub(crate) fn run(runs: u32, vpcd: [&str; 2], place: &Path) -> Result<RefuelFigures, Error> {
    // Before anything else, so that the reason is told when there is no service.
    look_around()?;
    let made = stage::profiles(Suite::TripleDes)?;
    let (exchange, apdus) = exchange(runs, vpcd, &made)?;
    let whole = whole(runs, vpcd, &made, place)?;
    Ok(RefuelFigures { apdus, exchange, whole })
}

fn exchange(
    runs: u32,
    vpcd: [&str; 2],
    made: &Profiles,
) -> Result<(PartFigures, [usize; 2]), Error> {
    let memory = |len| Ok(Medium::memory(len));
    let chips = Chips::make(made, memory)?;
    let with = |readers: &mut Readers| {
        let (took, echoes) = interleaved(runs, readers, &mut NoJournal, &mut |_, _| Ok(()))?;
        let part = PartFigures {
            micros: median(&took),
            yardstick: median(&echoes),
            syncs: 0,
            least_syncs: 0,
        };
        Ok((part, readers.apdus()))
    };
    chips.served(vpcd, with)
}

fn whole(runs: u32, vpcd: [&str; 2], made: &Profiles, place: &Path) -> Result<PartFigures, Error> {
    let scratch = Scratch::make(place)?;
    let mut names = ["card", "psam"].into_iter();
    let file = |len| scratch.medium(names.next().unwrap_or("other"), len);
    let chips = Chips::make(made, file)?;
    let of_chips = chips.syncs.clone();
    let (mut journal, of_journal) = scratch.journal()?;
    let mut yardstick = Yardstick::make(&scratch)?;
    let all = |counters: &[Syncs]| counters.iter().map(Syncs::count).sum::<u64>();
    let counters = [of_chips, vec![of_journal]].concat();
    let with = |readers: &mut Readers| {
        readers.refuel(&mut journal)?;
        let before = all(&counters);
        readers.refuel(&mut journal)?;
        let syncs = all(&counters) - before;
        let (took, echoes) = interleaved(runs, readers, &mut journal, &mut |done, all| {
            yardstick.sync_after(done, all)
        })?;
        let least_syncs = Yardstick::SYNCS;
        Ok(PartFigures { micros: median(&took), yardstick: median(&echoes), syncs, least_syncs })
    };
    chips.served(vpcd, with)
}

/// Refuellings and their yardsticks by turns, so that what disturbs one disturbs the other. The first pair warms up.
fn interleaved(
    runs: u32,
    readers: &mut Readers,
    journal: &mut impl Records,
    besides: &mut Besides<'_>,
) -> Result<(Vec<Duration>, Vec<Duration>), Error> {
    let (mut took, mut echoes) = (Vec::new(), Vec::new());
    for number in 0..=runs {
        let (refuelled, refuelling) = timed(|| readers.refuel(journal));
        refuelled?;
        let (echoed, echoing) = timed(|| readers.echo(besides));
        echoed?;
        if number > 0 {
            took.push(refuelling);
            echoes.push(echoing);
        }
    }
    Ok((took, echoes))
}

/// A card and a PSAM that are not in their readers yet.
struct Chips {
    card: Virtual<Card<Medium>, Medium>,
    psam: Virtual<Psam<Medium>, Medium>,
    syncs: Vec<Syncs>,
}

impl Chips {
    fn make(
        made: &Profiles,
        mut medium: impl FnMut(usize) -> Result<Medium, Error>,
    ) -> Result<Self, Error> {
        let unmade = |_| Error::new(Fault::System, "the benchmark's images could not be written");
        let of_card = medium(card::IMAGE_LEN)?;
        let of_psam = medium(psam::IMAGE_LEN)?;
        Card::personalise(of_card.same()?, &made.card, &made.pin).map_err(unmade)?;
        Psam::personalise(of_psam.same()?, &made.psam).map_err(unmade)?;
        let syncs = vec![of_card.syncs(), of_psam.syncs()];
        let place = |name: &str| Place::Image(PathBuf::from(name));
        Ok(Self {
            card: Virtual::over(of_card, &place("the benchmark's card"), false)?.echoing(ECHO),
            psam: Virtual::over(of_psam, &place("the benchmark's PSAM"), false)?.echoing(ECHO),
            syncs,
        })
    }

    /// Serves both while `with` works with their readers.
    fn served<T>(
        self,
        vpcd: [&str; 2],
        with: impl FnOnce(&mut Readers) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // One hand holds one chip.
        let hands = [Hands::of_the_program(), Hands::of_the_program()];
        let Self { mut card, mut psam, .. } = self;
        let ([on_card, on_psam], [at_card, at_psam]) = (&hands, vpcd);
        thread::scope(|scope| {
            let card = scope.spawn(move || attend(&mut card, at_card, on_card, &mut |_| ()));
            let psam = scope.spawn(move || attend(&mut psam, at_psam, on_psam, &mut |_| ()));
            let result = readers(on_card, vpcd).and_then(|mut readers| with(&mut readers));
            hands.iter().for_each(Hands::end);
            let ended = [card.join(), psam.join()];
            let ended = ended.into_iter().find_map(|ended| ended.ok().and_then(Result::err));
            // What silenced a chip is the reason of what came of it.
            ended.map_or(result, Err)
        })
    }
}

/// Finds both chips in their readers by what they answer, and connects to them.
fn readers(hands: &Hands, vpcd: [&str; 2]) -> Result<Readers, Error> {
    let (card, psam) = find(hands).ok_or_else(|| {
        let [card, psam] = vpcd;
        Error::new(Fault::Lost, format!("no reader of pcscd takes a chip at {card} and {psam}"))
            .advice("install vsmartcard-vpcd, which listens there, or say with --vpcd and --vpcd-psam where it does")
    })?;
    let order = Order::default();
    let noted = |reader, which| Noted { reader, which, order: Rc::clone(&order) };
    Ok(Readers {
        card: noted(ReaderSlot::open_card(&card)?, Which::Card),
        psam: noted(ReaderSlot::open_psam(&psam)?, Which::Psam),
        order: Rc::clone(&order),
    })
}

fn find(hands: &Hands) -> Option<(String, String)> {
    for _ in 0..LOOKS {
        let inside = look_around().unwrap_or_default();
        let holds = |what: InsideIs| inside.iter().find(|one| one.is == what);
        let card = holds(InsideIs::Card(stage::ASN));
        if let Some((card, psam)) = card.zip(holds(InsideIs::Psam(stage::TID))) {
            return Some((card.name.clone(), psam.name.clone()));
        }
        hands.pause(LOOK_AGAIN);
    }
    None
}
