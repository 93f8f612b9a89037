//! A station made of its configuration.

use std::path::Path;
use std::sync::Arc;

use dispenser::Unit;
use forecourt::{Feed, Forecourt, ForecourtError, NozzleSetup, Parameters, Power, Setup, Uplink};
use logbook::{Logbook, OfFolder, Room};
use station_server::Papers;
use uplink::Linked;

use super::config::{Config, NozzleConfig};
use super::file;
use super::line::{self, Others, Shown};
use crate::env::stamp_now;
use crate::error::{Error, Fault};
use crate::slots::{card_slot, psam_slot};

/// The journal of a station's data folder.
const LOGBOOK: &str = "logbook.sqlite";

/// A station that runs, its line, and who takes papers for it.
pub(crate) struct Opened {
    pub(crate) station: Arc<Forecourt>,
    pub(crate) line: Arc<Linked>,
    pub(crate) papers: Option<Arc<dyn Papers>>,
}

/// Prices and limits of a file.
///
/// # Errors
/// It cannot be read, or is none.
pub(crate) fn read_parameters(path: &Path) -> Result<Parameters, Error> {
    let document: api::parameters::Parameters = file::read(path, "prices and limits")?;
    Parameters::try_from(document).map_err(|error| {
        Error::usage(format!("{}: {error}", path.display()))
            .advice("docs/station.md has every key of prices and limits")
    })
}

/// The journal in a data folder.
///
/// # Errors
/// It is in use, or damaged.
pub(crate) fn logbook_of(data: &Path) -> Result<Logbook, Error> {
    let path = data.join(LOGBOOK);
    let room = Room::of(Box::new(OfFolder(data.to_owned())));
    Logbook::open(&path, room).map_err(|error| {
        Error::new(Fault::Lost, format!("{}: {error}", path.display()))
            .advice("a journal is one process's alone; nothing of it was changed")
    })
}

/// Whether this is the data folder of a station that serves.
pub(crate) fn has_logbook(data: &Path) -> bool {
    data.join(LOGBOOK).exists()
}

/// Opens the station; its nozzles begin with what the journal holds open.
///
/// # Errors
/// What cannot be opened; a reader, PSAM or dispenser that is silent is none: its nozzle is out of order until it
/// answers. `seed` is a random number.
pub(crate) fn open(config: &Config, seed: u64) -> Result<Opened, Error> {
    let data = &config.data;
    let parameters = read_parameters(&config.parameters)?;
    let others = Others::read(config)?;
    std::fs::create_dir_all(data).map_err(|error| Error::file("make", data, &error))?;
    let logbook = logbook_of(data)?;
    let feed = Arc::<Feed>::default();
    let nozzles = config.nozzles.iter().map(|nozzle| setup(nozzle, &parameters, data));
    // Opened before the line begins: a mistake leaves nothing behind that runs.
    let nozzles = nozzles.collect::<Result<_, Error>>()?;
    let line = line::begin(config, &others, logbook.clone(), Arc::clone(&feed), seed)?;
    let uplink: Arc<dyn Uplink> = Arc::<Linked>::clone(&line);
    let setup = Setup {
        name: config.name.clone(),
        title: config.title.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        currency: config.currency.clone(),
        decimals: config.decimals,
        nozzles,
        logbook,
        parameters,
        uplink,
        feed,
        clock: Arc::new(stamp_now),
        trace: config.trace,
        identity: others.identity,
        issuers: config.issuers.clone(),
        power: Power::default(),
        retention_days: config.retention_days,
        first_pause: forecourt::FIRST_PAUSE,
        watcher: None,
    };
    let station = Forecourt::open(setup).map_err(|error| refused(&error))?;
    // Without an authority nobody's signature can be checked.
    let papers = config.authority.as_ref().map(|_| {
        let papers: Arc<dyn Papers> = Arc::new(Shown(Arc::clone(&line)));
        papers
    });
    Ok(Opened { station, line, papers })
}

fn setup(
    nozzle: &NozzleConfig,
    parameters: &Parameters,
    data: &Path,
) -> Result<NozzleSetup, Error> {
    let NozzleConfig { number, product, card, psam, dispenser } = nozzle;
    let sold = parameters.product(*product).map(|product| product.terms.unit.clone());
    let sold = Unit::ALL.into_iter().find(|unit| Some(unit.symbol()) == sold.as_deref());
    let sold = sold.ok_or_else(|| {
        let (nozzle, product, version) = (*number, *product, parameters.version());
        refused(&ForecourtError::NoSuchProduct { nozzle, product, version })
    })?;
    Ok(NozzleSetup {
        number: *number,
        product: *product,
        slot: card_slot(card)?,
        psam: psam_slot(psam),
        dispenser: dispenser.open(data, *number, sold)?,
    })
}

fn refused(error: &ForecourtError) -> Error {
    let fault = match error {
        ForecourtError::Thread(_) => Fault::System,
        _ => Fault::Operator,
    };
    Error::new(fault, error.to_string()).advice("correct the configuration or its parameters")
}
