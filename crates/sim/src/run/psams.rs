//! PSAMs that change their place: two are swapped, and a dead one is replaced.

use host::Input;

use super::courier::Weather;
use super::dice::Dice;
use super::fault::Fault;
use super::plan::{SITES, Visit};
use super::stage::{STATIONS, Stage};

impl Stage {
    /// A dead PSAM gives way to a new one with a terminal id of its own; two of one station change
    /// their nozzles.
    pub(super) fn change_psams(
        &mut self,
        planned: &Visit,
        weather: &mut Weather,
        dice: &mut Dice,
    ) -> Result<(), String> {
        let site = planned.site;
        if self.world.sites[site].psam.dead && dice.one_in(2) {
            self.replace_psam(site, weather)?;
        }
        let other = (site + STATIONS.len()) % SITES;
        // A journal keeps silent only about the numbers before it first saw a PSAM: one that came
        // back would find numbers skipped that another journal knows.
        if planned.faults.contains(&Fault::PsamsSwapped) && !self.swapped.contains(&site) {
            self.swapped.extend([site, other]);
            self.world.swap_psams(site, other)?;
            self.tally.add(Fault::PsamsSwapped);
            self.restart(site, weather)?;
            self.restart(other, weather)?;
        }
        Ok(())
    }

    /// A new PSAM comes into the slot, unless the centre cannot register it now.
    pub(super) fn replace_psam(
        &mut self,
        site: usize,
        weather: &mut Weather,
    ) -> Result<(), String> {
        let (tid, psam) = self.world.make_psam()?;
        let station = self.world.sites[site].station.to_owned();
        let input = Input::RegisterPsam { tid, station, expiry: None, chip: None };
        if !matches!(self.office.apply(&mut self.world.centre, &input), Some(Ok(_))) {
            return Ok(());
        }
        let place = &mut self.world.sites[site];
        place.psam.put(psam.into_nvm())?;
        place.tid = tid;
        self.coverage.psams_replaced += 1;
        self.restart(site, weather)
    }
}
