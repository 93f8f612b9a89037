//! Calls into `terminal`: a whole visit over a card, a PSAM, a journal, a pump and a clock.

use core::hint::black_box;

use card::Card;
use psam::Psam;
use terminal::flow::Wish;
use terminal::{
    Checks, Clock, Dispenser, Failure, Journal, JournalFailed, Lost, NoReading, Open, Progress,
    SaleTerms, Terminal, Transport,
};
use wire::apdu::ResponseBytes;
use wire::{Amount, ClaimedRecord, Date, Entry, LockId, Purse, Stamp, Tid, Ttc};

use crate::use_nvm::Flash;
use crate::{use_card, use_psam};

/// Plays a visit whose outcome the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    let (Some(card), Some(psam)) = (use_card::powered(), use_psam::powered()) else { return };
    black_box(visit(CardSlot(card), PsamSlot(psam)).is_ok());
}

struct CardSlot(Card<Flash>);
struct PsamSlot(Psam<Flash>);
struct Devices;

impl Transport for CardSlot {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.0.transmit(command).map_err(|_| Lost::Unknown)
    }
}

impl Transport for PsamSlot {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.0.transmit(command).map_err(|_| Lost::Unknown)
    }
}

impl Clock for Devices {
    fn now(&mut self) -> Stamp {
        black_box(Stamp::default())
    }
}

impl Dispenser for Devices {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        black_box(Ok(1))
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        black_box(Ok(permit.certified().totalizer_before))
    }
}

impl Journal for Devices {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        black_box(entry.to_bytes());
        Ok(())
    }

    fn progress(&self, _: Tid, _: Ttc) -> Option<Progress> {
        black_box(None)
    }

    fn highest_ttc(&self, _: Tid) -> Option<Ttc> {
        black_box(Some(Ttc(1)))
    }

    fn next_open(&self, _: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        black_box(None)
    }

    fn totalizer_before(&self, _: Tid, _: Ttc, _: u8) -> Option<u64> {
        black_box(Some(1))
    }

    fn next_given_up(&self, _: Tid, _: Option<Ttc>) -> Option<Ttc> {
        black_box(None)
    }

    fn is_refused(&self, _: &ClaimedRecord) -> bool {
        black_box(false)
    }

    fn has_refused(&self, _: &LockId) -> bool {
        black_box(false)
    }
}

fn visit(mut card: CardSlot, mut psam: PsamSlot) -> Result<(), Failure> {
    let tid = terminal::psam::open(&mut psam)?;
    let sale = SaleTerms {
        nozzle: 1,
        product: 1,
        unit_price: black_box(789),
        rounding: wire::record::Rounding::Down,
        limit: Amount::MAX,
    };
    let mut terminal = Terminal {
        card: &mut card,
        psam: &mut psam,
        journal: &mut Devices,
        clock: &mut Devices,
        dispenser: &mut Devices,
        sale,
        tid,
        alone: true,
    };
    let begun = terminal.begin()?;
    let Some(ready) = begun.card.unlocked() else { return Ok(()) };
    let admitted =
        ready.admit(&Checks { today: Date::ZERO, issuers: &[], blacklist: &|_| false })?;
    let wish = Wish { purse: Purse::Ed, pin: black_box(&[0x12, 0x34]), amount: None };
    let open = terminal.lock(admitted, &wish)?;
    let settled = terminal.finish(open, black_box(2))?;
    black_box(settled.tac());
    Ok(())
}
