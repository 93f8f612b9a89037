//! What a chip says of itself once it is personalised: it must be what it was told.

use card::Profile;
use crypto::message::internal_authenticate;
use terminal::Transport;
use wire::apdu::{command, split_response};
use wire::files::{APPLICATION_FILE, PSAM_SERIAL_SFI, PUBLIC_DATA_SFI};
use wire::{CardCommand, PsamCommand, Purse, StatusWord};

use crate::env::Random;
use crate::error::{Error, Fault};

/// SELECT, EF 15, both balances, and INTERNAL AUTHENTICATE, which a chip without the card's keys cannot answer.
pub(super) fn card(
    chip: &mut impl Transport,
    profile: &Profile,
    random: &mut dyn Random,
) -> Result<(), Error> {
    let select = CardCommand::SelectName { name: profile.aid.as_slice(), le: Some(0) };
    ask(chip, Fault::Card, &select.encode())?;
    let read = CardCommand::ReadBinary { sfi: PUBLIC_DATA_SFI, offset: 0 };
    let public = ask(chip, Fault::Card, &read.encode())?;
    let mut same = public == profile.public.encode().as_slice();
    for purse in Purse::ALL {
        let balance = ask(chip, Fault::Card, &CardCommand::GetBalance(purse).encode())?;
        let opening = profile.opening.get(purse.index());
        same &= opening.is_some_and(|opening| balance == opening.balance.to_bytes());
    }
    let mut data = [0; 8];
    random.fill(&mut data)?;
    let answer = ask(chip, Fault::Card, &command([0x00, 0x88, 0x00, 0x00], &data, Some(0)))?;
    same &= answer == internal_authenticate(&profile.keys.internal.key, data);
    agrees(same, Fault::Card)
}

/// SELECT, TID and serial number.
pub(super) fn psam(chip: &mut impl Transport, profile: &psam::Profile) -> Result<(), Error> {
    let name = APPLICATION_FILE.to_be_bytes();
    let select = PsamCommand::Select { name: &name, by_id: true, le: Some(0) };
    ask(chip, Fault::Psam, &select.encode())?;
    let read = PsamCommand::ReadBinary { sfi: PSAM_SERIAL_SFI, offset: 0, le: Some(0) };
    let serial = ask(chip, Fault::Psam, &read.encode())?;
    let read = PsamCommand::ReadBinary { sfi: wire::files::PSAM_TID_SFI, offset: 0, le: Some(0) };
    let tid = ask(chip, Fault::Psam, &read.encode())?;
    agrees(serial == profile.serial && tid == profile.tid.0, Fault::Psam)
}

fn ask(chip: &mut impl Transport, fault: Fault, command: &[u8]) -> Result<Vec<u8>, Error> {
    let answer = chip.transmit(command).ok();
    match answer.as_ref().and_then(|answer| split_response(answer)) {
        Some((data, StatusWord::DONE)) => Ok(data.to_vec()),
        Some((_, status)) => Err(Error::refused(fault, "reading it back", status).advice(DONE)),
        None => {
            Err(Error::new(Fault::Lost, "the chip gave no answer while it was read back")
                .advice(DONE))
        }
    }
}

const DONE: &str = "it took everything that it was told: put it in again and look at it";

fn agrees(same: bool, fault: Fault) -> Result<(), Error> {
    if same {
        return Ok(());
    }
    Err(Error::new(fault, "the chip answers something else than it was told")
        .advice("something sits between here and the chip: do not hand it out"))
}
