//! The place of a nozzle's PSAM.

use forecourt::slot::ReaderSilent;
use forecourt::{ChipTransport, PsamSlot};

use super::silent;
use crate::error::Error;
use crate::media::{self, FileNvm, Growth, Place, ReaderSlot};

/// The PSAM at this place.
pub(crate) fn psam_slot(place: &Place) -> Box<dyn PsamSlot> {
    Box::new(PsamAt { place: place.clone(), memory: None })
}

struct PsamAt {
    place: Place,
    /// An image is this process's alone while the station runs.
    memory: Option<FileNvm>,
}

impl PsamAt {
    fn open(&mut self) -> Result<ChipTransport, Error> {
        match &self.place {
            Place::Reader(part) => Ok(Box::new(ReaderSlot::open_psam(part)?)),
            Place::Image(path) => {
                let memory = match self.memory.take() {
                    Some(memory) => memory,
                    None => FileNvm::open(path, Growth::Fixed)?,
                };
                let medium = memory.again();
                self.memory = Some(memory);
                let medium = medium?;
                let faults = medium.faults();
                let chip: media::PsamSlot = media::Slot::over(medium, &self.place, faults)?;
                Ok(Box::new(chip))
            }
        }
    }
}

impl PsamSlot for PsamAt {
    fn power(&mut self) -> Result<ChipTransport, ReaderSilent> {
        self.open().map_err(|error| silent(&error))
    }
}
