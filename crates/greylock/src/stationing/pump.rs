//! The dispenser of a nozzle, as the configuration names it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use dispenser::kept::Kept;
use dispenser::remote::Remote;
use dispenser::simulated::{RealTime, Simulated};
use dispenser::{Dispenser, Unit};

use crate::error::{Error, Fault};
use crate::media::{Birth, FileNvm, Growth};

/// What is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Pump {
    /// One that needs no fuel, and delivers so many thousandths a second as soon as it is open.
    Simulated(Unit, u64),
    /// One behind the line protocol of docs/dispensers.md.
    Remote {
        /// `HOST:PORT`.
        address: String,
        /// Its number there.
        nozzle: u8,
    },
}

/// What a real one delivers: 36 litres a minute, 50 kW, 36 cubic metres an hour of gas.
const fn usual_rate(unit: Unit) -> u64 {
    match unit {
        Unit::Litre => 600,
        Unit::KilowattHour => 14,
        Unit::CubicMetre => 10,
    }
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Litre => "litre",
        Unit::KilowattHour => "kwh",
        Unit::CubicMetre => "m3",
    }
}

impl FromStr for Pump {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no dispenser: want simulated:litre, simulated:kwh or simulated:m3, with :RATE in thousandths \
                 a second behind it if need be, or tcp:HOST:PORT/NOZZLE"
            )
        };
        let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "simulated" => {
                let (name, rate) = rest.split_once(':').map_or((rest, None), |(n, r)| (n, Some(r)));
                let unit = Unit::ALL.into_iter().find(|unit| unit_name(*unit) == name);
                let unit = unit.ok_or_else(wrong)?;
                let rate = rate.map_or(Ok(usual_rate(unit)), str::parse).map_err(|_| wrong())?;
                if rate == 0 { Err(wrong()) } else { Ok(Self::Simulated(unit, rate)) }
            }
            "tcp" => {
                let (address, nozzle) = rest.rsplit_once('/').ok_or_else(wrong)?;
                let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
                port.ok_or_else(wrong)?;
                let nozzle = nozzle.parse().map_err(|_| wrong())?;
                Ok(Self::Remote { address: address.to_owned(), nozzle })
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simulated(unit, rate) => write!(f, "simulated:{}:{rate}", unit_name(*unit)),
            Self::Remote { address, nozzle } => write!(f, "tcp:{address}/{nozzle}"),
        }
    }
}

impl Pump {
    /// The dispenser of a nozzle. One far away is not asked yet: it may come later, and must measure `sold` then. A
    /// simulated one keeps its totalizer in the data folder.
    ///
    /// # Errors
    /// A file that cannot be made or used.
    pub(super) fn open(
        &self,
        data: &Path,
        number: u8,
        sold: Unit,
    ) -> Result<Box<dyn Dispenser>, Error> {
        match self {
            Self::Remote { address, nozzle } => Ok(Box::new(Remote::later(address, *nozzle, sold))),
            Self::Simulated(unit, rate) => {
                let path = data.join(format!("nozzle-{number}"));
                make(&path)?;
                let medium = FileNvm::open(&path, Growth::Fixed)?;
                let (kept, left) = Kept::open(medium).map_err(|error| {
                    let what = format!("the totalizer {} cannot be used: {error}", path.display());
                    Error::new(Fault::Lost, what).advice("keep the file, and begin a new one")
                })?;
                let pump = Simulated::new(*unit, *rate, left, kept, RealTime::default());
                // Nobody holds its hose: it flows as soon as it is open, up to its preset.
                pump.hose().lift();
                Ok(Box::new(pump))
            }
        }
    }
}

fn make(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    let birth = Birth::begin(path)?;
    let medium = birth.memory(Kept::<FileNvm>::IMAGE_LEN, Growth::Fixed)?;
    Kept::format(medium).map_err(|error| {
        Error::new(Fault::System, format!("{} could not be written: {error}", path.display()))
            .advice("check the disk's free space and health")
    })?;
    birth.finish()
}
