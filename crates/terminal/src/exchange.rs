//! One command, one answer.

use wire::apdu::{ResponseBytes, split_response};
use wire::response::Proof;
use wire::{CardCommand, PsamCommand, StatusWord, Tag};

use crate::failure::Failure;
use crate::transport::{Lost, Transport};

/// Data and status word of an answer that arrived.
pub(crate) struct Answer {
    bytes: ResponseBytes,
    pub(crate) status: StatusWord,
}

impl Answer {
    pub(crate) fn data(&self) -> &[u8] {
        split_response(&self.bytes).map_or(&[], |(data, _)| data)
    }
}

fn transmit(transport: &mut impl Transport, command: &[u8]) -> Result<Answer, Lost> {
    let bytes = transport.transmit(command)?;
    let (_, status) = split_response(&bytes).ok_or(Lost::Unknown)?;
    Ok(Answer { bytes, status })
}

/// Sends a command to the card, whatever it answers.
pub(crate) fn ask_card(
    card: &mut impl Transport,
    command: &CardCommand<'_>,
) -> Result<Answer, Failure> {
    transmit(card, &command.encode())
        .map_err(|lost| Failure::CardLost { during: command.name(), lost })
}

/// Sends a command to the card that must answer 9000.
pub(crate) fn card(
    card: &mut impl Transport,
    command: &CardCommand<'_>,
) -> Result<Answer, Failure> {
    let answer = ask_card(card, command)?;
    if answer.status.is_done() {
        return Ok(answer);
    }
    Err(Failure::CardRefused { command: command.name(), status: answer.status })
}

/// Sends a command to the PSAM that must answer 9000.
pub(crate) fn psam(
    psam: &mut impl Transport,
    command: &PsamCommand<'_>,
) -> Result<Answer, Failure> {
    let answer = transmit(psam, &command.encode())
        .map_err(|_| Failure::PsamLost { during: command.name() })?;
    if answer.status.is_done() {
        return Ok(answer);
    }
    Err(Failure::PsamRefused { command: command.name(), status: answer.status })
}

/// GET TRANSACTION PROVE; `None` when the last transaction of this tag has another number (9406).
pub(crate) fn prove(
    card: &mut impl Transport,
    tag: Tag,
    sequence: u16,
) -> Result<Option<Proof>, Failure> {
    let command = CardCommand::GetTransactionProve { tag, sequence };
    let answer = ask_card(card, &command)?;
    match answer.status {
        StatusWord::DONE => Proof::parse(answer.data())
            .map(Some)
            .ok_or(Failure::Malformed { command: command.name() }),
        StatusWord::WRONG_CTC => Ok(None),
        status => Err(Failure::CardRefused { command: command.name(), status }),
    }
}
