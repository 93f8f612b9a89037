//! The wire to a card, and whoever sits on it.

use std::cell::RefCell;

use terminal::{Lost, Transport};
use wire::apdu::{ResponseBytes, response, split_response};
use wire::card_command::StatusMode;
use wire::{CardCommand, GreyState, GreyStatus, StatusWord, Tid};

use crate::card::Card;
use crate::code::MADE_UP;
use crate::mishap::{Kind, Oracle};

/// The wire to a card.
pub(crate) struct CardWire<'a> {
    pub(crate) card: &'a mut Card,
    pub(crate) oracle: &'a RefCell<Oracle>,
}

const LOCK: &[Kind] = &[
    Kind::Pulled,
    Kind::PulledUnsure,
    Kind::PulledAfter,
    Kind::Lost,
    Kind::Unheard,
    Kind::Blinked,
    Kind::BlinkedAfter,
    Kind::Refused,
    Kind::RefusedAfter,
    Kind::Faked,
    Kind::AlteredCode,
    Kind::AlteredGtac,
    Kind::CommandAltered,
    Kind::Withheld,
    Kind::Crash,
    Kind::CrashAfter,
];
const DEBIT: &[Kind] = &[
    Kind::Lost,
    Kind::Unheard,
    Kind::PulledAfter,
    Kind::Refused,
    Kind::RefusedAfter,
    Kind::Faked,
    Kind::AlteredCode,
    Kind::CommandAltered,
];
const DEBIT_ONLINE: &[Kind] = &[
    Kind::Lost,
    Kind::Unheard,
    Kind::PulledAfter,
    Kind::Faked,
    Kind::AlteredCode,
    Kind::CommandAltered,
];
const INITIALIZE: &[Kind] = &[Kind::AlteredBalance, Kind::AlteredCtc, Kind::AlteredIcc];
const CLEAR: &[Kind] = &[Kind::Lost, Kind::Unheard, Kind::AlteredCode];

impl CardWire<'_> {
    /// What can go wrong with a command. What only reads and gets lost is as good as a card that
    /// never came.
    fn menu(&self, command: &CardCommand<'_>) -> &'static [Kind] {
        match command {
            CardCommand::LockForRefuel(_) => LOCK,
            CardCommand::DebitForRefuel(_) => DEBIT,
            CardCommand::DebitForUnlock(_) => DEBIT_ONLINE,
            CardCommand::InitializeForRefuel(_) => INITIALIZE,
            CardCommand::InitializeForUnlock(_) => &[Kind::AlteredBalance],
            CardCommand::GetGreyStatus(StatusMode::ReadAndClear) => CLEAR,
            CardCommand::GetGreyStatus(_) => match (self.card.grey.is_some(), self.old_status()) {
                (true, Some(_)) => &[Kind::Hidden, Kind::OldStatus],
                (true, None) => &[Kind::Hidden],
                (false, Some(_)) => &[Kind::OldStatus],
                (false, None) => &[],
            },
            _ => &[],
        }
    }

    /// The newest status of this card that is not the one of now.
    const fn old_status(&self) -> Option<GreyStatus> {
        self.card.shown_before
    }

    fn execute(&mut self, command: &CardCommand<'_>) -> ResponseBytes {
        let (data, status) = self.card.answer(command);
        response(&data, status)
    }

    /// What a mishap does to the card, the reader and the terminal, and what then arrives.
    fn mishap(
        &mut self,
        kind: Kind,
        command: &CardCommand<'_>,
        bytes: &[u8],
    ) -> Result<ResponseBytes, Lost> {
        let answer = kind.executes().then(|| self.execute(command));
        match kind {
            Kind::Pulled => {
                self.pull();
                return Err(Lost::NotSent);
            }
            Kind::PulledUnsure | Kind::PulledAfter => self.pull(),
            Kind::Blinked | Kind::BlinkedAfter => self.card.power_off(),
            Kind::Crash | Kind::CrashAfter => self.oracle.borrow_mut().crashed = true,
            Kind::Withheld => self.oracle.borrow_mut().withheld = Some(bytes.to_vec()),
            _ => {}
        }
        self.arrives(kind, command, bytes, answer.as_ref()).ok_or(Lost::Unknown)
    }

    fn arrives(
        &mut self,
        kind: Kind,
        command: &CardCommand<'_>,
        bytes: &[u8],
        answer: Option<&ResponseBytes>,
    ) -> Option<ResponseBytes> {
        let shown = |status: GreyStatus| response(&status.encode(), StatusWord::DONE);
        match kind {
            Kind::Refused | Kind::RefusedAfter => Some(response(&[], StatusWord::WRONG_MAC)),
            Kind::Faked => Some(response(&made_up(command), StatusWord::DONE)),
            Kind::Hidden => self.free_status().map(shown),
            Kind::OldStatus => self.old_status().map(shown),
            Kind::CommandAltered => {
                let altered = altered(bytes);
                CardCommand::parse(&altered).ok().map(|command| self.execute(&command))
            }
            Kind::AlteredCode
            | Kind::AlteredGtac
            | Kind::AlteredBalance
            | Kind::AlteredCtc
            | Kind::AlteredIcc => answer.map(|answer| alter(kind, command, answer)),
            _ => None,
        }
    }

    fn pull(&mut self) {
        self.card.power_off();
        self.oracle.borrow_mut().pulled = true;
    }

    /// What the card would show if it had never been locked.
    fn free_status(&self) -> Option<GreyStatus> {
        let status = self.card.full_status();
        Some(GreyStatus {
            state: GreyState::Unlocked,
            ctc: status.ctc.checked_sub(1)?,
            tid: Tid::default(),
            date: wire::Date::ZERO,
            time: wire::Time::ZERO,
            a: [0; 4],
            b: wire::Mac::default(),
            more: Some(wire::StatusMore::default()),
            ..status
        })
    }
}

/// The command as a shim alters it: a code is over what it was, so the card notices.
fn altered(command: &[u8]) -> Vec<u8> {
    let mut bytes = command.to_vec();
    // The first byte of TTC; the last one of the amount.
    let place = if bytes.get(1) == Some(&0x7C) { 5 } else { 8 };
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    bytes
}

/// An answer of the right length that nobody with a key has made.
fn made_up(command: &CardCommand<'_>) -> Vec<u8> {
    let len = if matches!(command, CardCommand::LockForRefuel(_)) { 8 } else { 4 };
    vec![MADE_UP.0[0]; len]
}

/// The answer as a shim alters it.
fn alter(kind: Kind, command: &CardCommand<'_>, answer: &ResponseBytes) -> ResponseBytes {
    let Some((data, status)) = split_response(answer).filter(|(data, _)| !data.is_empty()) else {
        return *answer;
    };
    let mut data = data.to_vec();
    let place = match (kind, command) {
        (Kind::AlteredBalance, _) => 3,
        (Kind::AlteredCtc, _) => 5,
        (Kind::AlteredIcc, _) => 14,
        (Kind::AlteredGtac, _) => 0,
        // MAC2 behind GTAC; B of a status; TAC and MAC3 alone.
        (_, CardCommand::LockForRefuel(_)) => 4,
        (_, CardCommand::GetGreyStatus(_)) => 26,
        _ => 0,
    };
    if let Some(byte) = data.get_mut(place) {
        *byte ^= if kind == Kind::AlteredBalance { 1 } else { 0x80 };
    }
    response(&data, status)
}

impl Transport for CardWire<'_> {
    fn transmit(&mut self, bytes: &[u8]) -> Result<ResponseBytes, Lost> {
        {
            let oracle = self.oracle.borrow();
            if oracle.crashed || oracle.pulled {
                return Err(Lost::NotSent);
            }
            if oracle.withheld.is_some() {
                return Err(Lost::Unknown);
            }
        }
        let command = CardCommand::parse(bytes).map_err(|_| Lost::Unknown)?;
        let kind = self.oracle.borrow_mut().choose(command.name(), self.menu(&command));
        match kind {
            None => Ok(self.execute(&command)),
            Some(kind) => self.mishap(kind, &command, bytes),
        }
    }

    fn is_present(&mut self) -> bool {
        let oracle = self.oracle.borrow();
        !oracle.pulled && !oracle.crashed
    }
}
