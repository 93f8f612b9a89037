//! Prices and limits in force, and those that wait for their time; both outlive a restart.

use std::sync::{Arc, PoisonError, RwLock};

use api::parameters as document;
use api::site::ParametersStanding;
use logbook::Logbook;
use wire::Stamp;

use crate::parameters::Parameters;
use crate::refused::Refused;
use crate::setup::ForecourtError;

/// Under this name the logbook keeps them, as JSON: those in force, and those that wait.
const NAME: &str = "parameters";

/// What is in force, and what waits.
pub(crate) struct Prices(RwLock<Both>);

#[derive(Clone)]
struct Both {
    now: Arc<Parameters>,
    next: Option<Arc<Parameters>>,
}

impl Prices {
    /// The newest of what the station was opened with and what the logbook keeps.
    pub(crate) fn open(
        given: Parameters,
        logbook: &Logbook,
        now: Stamp,
    ) -> Result<Self, ForecourtError> {
        let kept = logbook.kept(NAME).map_err(ForecourtError::Parameters)?;
        let Some((old, waits)) = kept.map(|bytes| read(&bytes)).transpose()? else {
            return Ok(Self(RwLock::new(Both { now: Arc::new(given), next: None })));
        };
        let mut all: Vec<Arc<Parameters>> =
            [Some(old), waits, Some(given)].into_iter().flatten().map(Arc::new).collect();
        // Stable: of two with one version the one of the configuration is the last.
        all.sort_by_key(|parameters| parameters.version());
        let due = all.iter().rposition(|parameters| parameters.is_due(now));
        let now = all.get(due.unwrap_or(0)).map(Arc::clone);
        let Some(now) = now else { return Err(ForecourtError::Parameters("none".to_owned())) };
        let next = all.last().filter(|next| next.version() > now.version()).map(Arc::clone);
        Ok(Self(RwLock::new(Both { now, next })))
    }

    /// Those in force; those that waited come into force at their time.
    pub(crate) fn now(&self, now: Stamp) -> Arc<Parameters> {
        let both = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !both.next.as_ref().is_some_and(|next| next.is_due(now)) {
            return Arc::clone(&both.now);
        }
        drop(both);
        let mut both = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = both.next.take_if(|next| next.is_due(now)) {
            both.now = next;
        }
        Arc::clone(&both.now)
    }

    /// Brings newer ones: durable when this returns. What waits still never comes into force.
    pub(crate) fn set(
        &self,
        parameters: Parameters,
        logbook: &Logbook,
        now: Stamp,
    ) -> Result<(), Refused> {
        let mut both = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Those that are due are in force, though nobody has asked for a price since.
        if let Some(next) = both.next.take_if(|next| next.is_due(now)) {
            both.now = next;
        }
        let known = both.next.as_ref().unwrap_or(&both.now).version();
        if parameters.version() <= known {
            return Err(Refused::OldParameters { given: parameters.version(), known });
        }
        let bytes = write(&both.now, &parameters).map_err(Refused::NotKept)?;
        logbook.keep(NAME, &bytes).map_err(Refused::NotKept)?;
        both.next = Some(Arc::new(parameters));
        Ok(())
    }

    pub(crate) fn standing(&self, now: Stamp) -> ParametersStanding {
        let version = self.now(now).version();
        let both = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let next = both.next.as_ref();
        ParametersStanding {
            version,
            next: next.map(|next| next.version()),
            next_from: next.and_then(|next| next.document().from.clone()),
        }
    }
}

fn write(now: &Parameters, next: &Parameters) -> Result<Vec<u8>, String> {
    serde_json::to_vec(&(now.document(), next.document())).map_err(|error| error.to_string())
}

fn read(bytes: &[u8]) -> Result<(Parameters, Option<Parameters>), ForecourtError> {
    let wrong = |error: &dyn std::error::Error| ForecourtError::Parameters(error.to_string());
    let (now, next): (document::Parameters, Option<document::Parameters>) =
        serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
    let checked = |document: document::Parameters| {
        Parameters::try_from(document).map_err(|error| wrong(&error))
    };
    Ok((checked(now)?, next.map(checked).transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::parameters::ProductTerms;
    use wire::{Date, Time};

    fn version(version: u64, from: Option<&str>) -> Parameters {
        let product =
            ProductTerms { number: 1, unit_price: 789, unit: "L".to_owned(), ..Default::default() };
        let from = from.map(ToOwned::to_owned);
        let document =
            document::Parameters { version, from, products: vec![product], ..Default::default() };
        Parameters::try_from(document).unwrap()
    }

    fn at(hour: u8) -> Stamp {
        let (date, time) = (Date::new(2026, 6, 1).unwrap(), Time::new(hour, 0, 0).unwrap());
        Stamp { date, time, utc_offset_minutes: 0 }
    }

    #[test]
    fn those_that_are_due_are_in_force_when_newer_ones_come() {
        let folder = tempfile::tempdir().unwrap();
        let room = logbook::Room::of(Box::new(logbook::OfFolder(folder.path().to_owned())));
        let logbook = Logbook::open(&folder.path().join("logbook"), room).unwrap();
        let prices = Prices::open(version(1, None), &logbook, at(1)).unwrap();
        prices.set(version(2, Some("20260601020000")), &logbook, at(1)).unwrap();
        assert_eq!(prices.now(at(1)).version(), 1);
        prices.set(version(3, Some("20260601050000")), &logbook, at(3)).unwrap();
        let standing = prices.standing(at(3));
        assert_eq!((standing.version, standing.next), (2, Some(3)));
        let again = Prices::open(version(1, None), &logbook, at(3)).unwrap();
        assert_eq!(again.now(at(3)).version(), 2);
    }
}
