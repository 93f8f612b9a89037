//! The wire to a PSAM.

use std::cell::RefCell;

use terminal::{Lost, Transport};
use wire::apdu::{ResponseBytes, response};
use wire::{Amount, PsamCommand};

use crate::mishap::{Kind, Oracle};
use crate::psam::Psam;

/// The wire to a PSAM.
pub(crate) struct PsamWire<'a> {
    pub(crate) psam: &'a mut Psam,
    pub(crate) oracle: &'a RefCell<Oracle>,
    /// Nobody has put a card in.
    pub(crate) no_card: bool,
}

const PSAM_INIT: &[Kind] = &[Kind::Pulled, Kind::PsamLost, Kind::PsamUnheard, Kind::PsamDies];
/// A command that changes nothing: GET GMAC, and the DEBIT that only asks.
const QUESTION: &[Kind] = &[Kind::PsamLost];
const PSAM: &[Kind] = &[Kind::PsamLost, Kind::PsamUnheard, Kind::PsamDies, Kind::PsamDiesAfter];

impl Transport for PsamWire<'_> {
    fn transmit(&mut self, bytes: &[u8]) -> Result<ResponseBytes, Lost> {
        if self.psam.dead || self.oracle.borrow().crashed {
            return Err(Lost::NotSent);
        }
        let command = PsamCommand::parse(bytes).map_err(|_| Lost::Unknown)?;
        let menu = match &command {
            PsamCommand::InitGreyLock(_) if self.no_card => PSAM,
            PsamCommand::InitGreyLock(_) => PSAM_INIT,
            PsamCommand::Select { .. } | PsamCommand::ReadBinary { .. } => &[],
            PsamCommand::GetGmac(_) => QUESTION,
            PsamCommand::DebitGreyUnlock(fields) if fields.amount == Amount::MAX => QUESTION,
            _ => PSAM,
        };
        let kind = self.oracle.borrow_mut().choose(command.name(), menu);
        match kind {
            Some(Kind::PsamLost) => return Err(Lost::Unknown),
            Some(Kind::PsamDies) => {
                self.psam.dead = true;
                return Err(Lost::Unknown);
            }
            Some(Kind::Pulled) => self.oracle.borrow_mut().pulled = true,
            _ => {}
        }
        let (data, status) = self.psam.answer(&command);
        match kind {
            Some(Kind::PsamUnheard) => Err(Lost::Unknown),
            Some(Kind::PsamDiesAfter) => {
                self.psam.dead = true;
                Err(Lost::Unknown)
            }
            _ => Ok(response(&data, status)),
        }
    }
}
