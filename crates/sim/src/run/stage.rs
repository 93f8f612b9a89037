//! The world of one epoch, and who plays in it.

use card::Opening;
use nvm::memory::{Fill as Torn, Ram, Tear};
use station::visit;
use terminal::{Clock, Terminal};
use wire::{Amount, LockId, Purse, Scheme, Stamp};

use super::Planted;
use super::cheat::Memory;
use super::courier::{Courier, Late, Weather};
use super::coverage::Coverage;
use super::dice::Dice;
use super::fault::{Fault, Tally};
use super::office::Office;
use super::plan::{CARDS, Plan, SITES};
use super::till;
use crate::centre::Makes;
use crate::reader::NoCard;
use crate::world::{Forecourt, World, sale_terms};

/// The stations; each has two terminals.
pub(super) const STATIONS: [&str; 2] = ["North", "South"];

/// A world, its centre's disk, and its network.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) office: Office,
    /// Which purse of each card holds the money.
    pub(super) purses: Vec<Purse>,
    /// What each card once showed.
    pub(super) statuses: Vec<Memory>,
    /// Seconds by which the clock of each site is wrong.
    pub(super) drifts: Vec<i64>,
    pub(super) late: Vec<Late>,
    /// The sites whose PSAMs have changed places.
    pub(super) swapped: Vec<usize>,
    /// A copy of each site's journal.
    pub(super) copies: Vec<Option<Ram>>,
    /// The purchases whose goods were given.
    pub(super) goods: Vec<LockId>,
    pub(super) tally: Tally,
    pub(super) coverage: Coverage,
    pub(super) planted: Planted,
    pub(super) wrong: Option<String>,
}

impl Stage {
    pub(super) fn new(
        plan: &Plan,
        planted: Planted,
        beside: Option<Makes<'_>>,
    ) -> Result<Self, String> {
        let mut dice = Dice::new(plan.seed);
        let scheme = if dice.one_in(2) { Scheme::Seed } else { Scheme::Field };
        let mut world = World::new(dice.next(), scheme);
        if let Some(make) = beside {
            let beside = make(&world.keys)?;
            world.centre.attach(beside);
        }
        let mut purses = Vec::new();
        for _ in 0..CARDS {
            let purse = if dice.one_in(3) { Purse::Ep } else { Purse::Ed };
            let money = if dice.one_in(4) { dice.between(2_000, 20_000) } else { 10_000_000 };
            let balance = Amount::new(money).ok_or("no such amount")?;
            let ctc = u16::try_from(dice.between(0, 60_000)).unwrap_or(0);
            world.issue_as(purse, Opening { balance, ctc, ..Opening::default() }, 2036)?;
            purses.push(purse);
        }
        for site in 0..SITES {
            world.open_site(STATIONS[site % STATIONS.len()])?;
        }
        let now = world.clock.now();
        till::open(&mut world.centre, now)?;
        let tally = Tally::default();
        let office = Office::open(&world.centre, tally.clone())?;
        Ok(Self {
            world,
            office,
            purses,
            statuses: (0..CARDS).map(|_| Memory::default()).collect(),
            drifts: vec![0; SITES],
            late: Vec::new(),
            swapped: Vec::new(),
            copies: vec![None; SITES],
            goods: Vec::new(),
            tally,
            coverage: Coverage::default(),
            planted,
            wrong: None,
        })
    }

    /// The centre's time.
    pub(super) fn now(&mut self) -> Stamp {
        self.world.clock.now()
    }

    /// The world, and the link of a site in this weather.
    pub(super) fn parts<'a>(
        &'a mut self,
        site: usize,
        weather: &'a mut Weather,
    ) -> Option<Parts<'a>> {
        let now = self.now();
        let mut clock = self.world.clock.clone();
        clock.advance_seconds(self.drifts.get(site).copied().unwrap_or(0));
        let World { centre, sites, blacklist, .. } = &mut self.world;
        let place = sites.get_mut(site)?;
        let link = Courier {
            office: &mut self.office,
            centre,
            late: &mut self.late,
            weather,
            tally: &self.tally,
            station: place.station,
            now,
            planted: self.planted,
            wrong: &mut self.wrong,
        };
        Some(Parts { place, link, clock, blacklist })
    }

    /// True when a site does nothing until it is started again.
    pub(super) fn is_down(&mut self, site: usize) -> bool {
        let Some(place) = self.world.sites.get_mut(site) else { return true };
        let broken = place.journal.last_error().is_some();
        !place.power.get() || broken || place.psam.is_dark()
    }

    /// A site starts again, with all that it has on its disk.
    pub(super) fn restart(&mut self, site: usize, weather: &mut Weather) -> Result<(), String> {
        self.count_breaks(site);
        let Some(Parts { place, mut link, mut clock, .. }) = self.parts(site, weather) else {
            return Ok(());
        };
        place.journal.medium_mut().medium.power_on();
        place.power_on()?;
        let mut nobody = NoCard;
        let mut forecourt = Forecourt::idle(&mut place.pump, &mut place.flows, &place.power);
        let mut terminal = Terminal {
            card: &mut nobody,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut clock,
            dispenser: &mut forecourt,
            sale: sale_terms(Amount::MAX),
            tid: place.tid,
            alone: true,
        };
        // A PSAM that is dead leaves its locks as they are.
        let _ = terminal.recover(None);
        let _ = visit::upload(&mut place.journal, &mut link);
        self.coverage.restarts += 1;
        Ok(())
    }

    /// What broke at a site since its last start.
    fn count_breaks(&mut self, site: usize) {
        let Some(place) = self.world.sites.get_mut(site) else { return };
        if place.psam.is_dark() {
            self.tally.add(Fault::PsamTorn);
        }
        let mains = place.power.replace(true);
        if place.restart_pump(None).unwrap_or(false) {
            self.tally.add(Fault::PumpTorn);
        }
        place.power.set(mains);
        let failed = place.journal.last_error().is_some();
        let disk = &mut place.journal.medium_mut().medium;
        if disk.is_dark() {
            self.tally.add(Fault::JournalTorn);
        } else if failed && mains {
            // A killed process reads nothing any more; a full disk can still be read.
            let dead = nvm::Nvm::read(disk, 0, &mut [0]).is_err();
            self.tally.add(if dead { Fault::StationKilled } else { Fault::DiskFull });
        }
    }

    /// What is still on its way arrives, when it is due.
    pub(super) fn deliver_late(&mut self, visit: u64) {
        let (due, late) = std::mem::take(&mut self.late).into_iter().partition(|l| l.due <= visit);
        self.late = late;
        let due: Vec<Late> = due;
        for message in due {
            let _ = self.office.apply(&mut self.world.centre, &message.input);
        }
    }
}

/// What a visit borrows.
pub(super) struct Parts<'a> {
    pub(super) place: &'a mut crate::world::Site,
    pub(super) link: Courier<'a>,
    pub(super) clock: crate::clock::WorldClock,
    pub(super) blacklist: &'a [wire::Asn],
}

/// A tear somewhere in the next writes.
pub(super) fn tear(dice: &mut Dice, writes: u64) -> Tear {
    let at = if dice.one_in(4) { dice.index(4) } else { dice.index(420) };
    let fill = match dice.below(4) {
        0 => Torn::Old,
        1 => Torn::New,
        2 => Torn::Half,
        _ => Torn::Random(dice.next()),
    };
    Tear { write: 1 + dice.below(writes), at, fill }
}

/// The disk of a site's journal.
pub(super) fn disk_of(stage: &mut Stage, site: usize) -> Option<&mut Ram> {
    let place = stage.world.sites.get_mut(site)?;
    Some(&mut place.journal.medium_mut().medium)
}
