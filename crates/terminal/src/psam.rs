//! The PSAM as the terminal meets it.

use wire::files::{APPLICATION_FILE, PSAM_TID_SFI};
use wire::{PsamCommand, Tid};

use crate::exchange;
use crate::failure::Failure;
use crate::transport::Transport;

/// Selects the PSAM's application and reads its terminal id.
pub fn open(psam: &mut impl Transport) -> Result<Tid, Failure> {
    let file = APPLICATION_FILE.to_be_bytes();
    exchange::psam(psam, &PsamCommand::Select { name: &file, by_id: true, le: Some(0) })?;
    let read = PsamCommand::ReadBinary { sfi: PSAM_TID_SFI, offset: 0, le: Some(6) };
    let answer = exchange::psam(psam, &read)?;
    let tid = answer.data().try_into().map_err(|_| Failure::Malformed { command: read.name() })?;
    Ok(Tid(tid))
}
